"""How `mlpctl train` ends where it must: full disks and interruptions."""

import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

from support import PROGRAM, TrainTest, environment, run


class FullDisk(TrainTest):
    def old_file(self):
        """A state at the output, of 4 MB as the new one will be."""
        self.done("save", "--init", "--out", self.out)
        return self.out.read_bytes()

    def check_kept(self, result, folder, old):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(self.out.read_bytes(), old)
        self.assertEqual([path.name for path in folder.iterdir()], ["out.pt"])

    def test_a_file_size_limit_leaves_the_old_file(self):
        folder = self.folder / "limited"
        folder.mkdir()
        self.out = folder / "out.pt"
        old = self.old_file()
        result = run(
            *self.arguments("--epochs", 1),
            # A process that ignores SIGXFSZ, as Python does, gets an error instead.
            restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        )
        self.check_kept(result, folder, old)

    def test_a_full_file_system_leaves_the_old_file(self):
        folder = self.folder / "small"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        self.out = folder / "out.pt"
        old = self.old_file()
        result = run(*self.arguments("--epochs", 1), cwd=self.folder)
        self.check_kept(result, folder, old)
        self.assertIn("No space left", result.stderr)
        self.done("load", self.folder / "out.rescued.pt")


class Interruptions(TrainTest):
    def start(self):
        """A long run that has finished its first epoch."""
        log = self.folder / "log.jsonl"
        process = subprocess.Popen(
            [PROGRAM, *map(str, self.arguments("--epochs", 100000, "--log", log))],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        end = time.monotonic() + 100
        while not (log.exists() and '"epoch"' in log.read_text()):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        return process

    def check_ended(self, process, code):
        _, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, code, errors)
        names = {path.name for path in self.folder.iterdir()}
        self.assertEqual(names - {"out.pt"}, {"data", "log.jsonl"})

    def test_a_signal_ends_after_the_batch_and_keeps_the_work(self):
        for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start()
            process.send_signal(sent)
            self.check_ended(process, code)
            self.assertGreater(self.accuracy(self.out), 0.2)
            self.out.unlink()
            pathlib.Path(self.folder / "log.jsonl").unlink()

    def test_a_second_signal_ends_at_once_and_the_file_is_whole(self):
        self.done("save", "--init", "--out", self.out)
        process = self.start()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        self.check_ended(process, 130)
        self.accuracy(self.out)


if __name__ == "__main__":
    unittest.main()
