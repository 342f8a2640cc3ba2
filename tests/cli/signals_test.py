"""What a training does when a signal comes, and what the other commands do."""

import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

from support import PROGRAM, ProgramTest, environment, write_set

TRAINS = os.environ["TEST_TRAINS"] == "ON"


@unittest.skipUnless(TRAINS, "built without LibTorch")
class Signals(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.out = self.folder / "out.pt"
        self.log = self.folder / "log.jsonl"

    def start(self, **options):
        """A long run that has finished its first epoch."""
        self.log.unlink(missing_ok=True)
        self.out.unlink(missing_ok=True)
        arguments = ["train", "--data", self.data, "--out", self.out, "--log", self.log]
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments), "--threads", "1", "--epochs", "100000"],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **options,
        )
        self.addCleanup(process.stderr.close)
        end = time.monotonic() + 60
        while '"event":"epoch"' not in (self.log.read_text() if self.log.exists() else ""):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process

    def ended(self, process):
        process.stderr.read()
        code = process.wait(60)
        names = {path.name for path in self.folder.iterdir()}
        self.assertLessEqual(names, {"data", "out.pt", "log.jsonl", "core"})
        return code

    def test_a_hangup_and_a_cpu_limit_keep_the_work_as_a_termination_does(self):
        for sent in (signal.SIGHUP, signal.SIGXCPU):
            process = self.start()
            # A terminal that closes sends its hangup twice, a limit every second.
            process.send_signal(sent)
            process.send_signal(sent)
            self.assertEqual(self.ended(process), 143)
            self.done("load", self.out)

    def test_a_second_request_ends_at_once(self):
        process = self.start()
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.ended(process), 143)

    def test_a_real_cpu_limit_keeps_the_work(self):
        limit = (2, resource.RLIM_INFINITY)
        process = self.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limit))
        self.assertEqual(self.ended(process), 143)
        self.done("load", self.out)

    def test_nohup_goes_on(self):
        process = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.ended(process), 143)

    def test_quit_ends_as_ever_and_leaves_no_temporary(self):
        process = self.start(cwd=self.folder)
        process.send_signal(signal.SIGQUIT)
        self.assertEqual(self.ended(process), -signal.SIGQUIT)


class FileSizeLimit(ProgramTest):
    def test_a_file_that_grows_too_large_is_an_error_and_no_signal(self):
        out = self.folder / "out.pt"
        result = subprocess.run(
            [PROGRAM, "save", "--init", "--out", out],
            env=environment(),
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        )
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, f"mlpctl: {out}: cannot be written: File too large\n")
        self.assertEqual(list(pathlib.Path(self.folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
