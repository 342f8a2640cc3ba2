"""A training outlives what cannot be written beside its model, and its model finds a place."""

import fcntl
import json
import os
import pathlib
import resource
import subprocess
import unittest

from support import PROGRAM, ProgramTest, environment, run, write_set

MODEL_BYTES = 4 << 20


class SideFilesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.out = self.folder / "out.pt"

    def train(self, *more, **options):
        options.setdefault("cwd", self.folder)
        return run("train", "--recipe", "plain", "--data", self.data, "--out", self.out,
                   "--threads", 1, "--epochs", 3, *more, **options)

    def small_disk(self, mebibytes):
        """A folder on a file system of its own."""
        folder = self.folder / "small"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        return folder

    def check_trained_on(self, result, path, why):
        """The model is there, the trouble was told once while it trained and once at the end."""
        self.assertEqual(result.returncode, 1, result.stderr)
        self.done("load", self.out)
        told = [line for line in result.stderr.splitlines() if f"{path}: cannot be written" in line]
        self.assertEqual(len(told), 2, result.stderr)
        self.assertTrue(told[0].endswith(f"{why}; the training goes on"), told[0])
        self.assertEqual(told[1], f"mlpctl: {path}: cannot be written: {why}; {self.out} is written")
        self.assertEqual(result.stderr.splitlines()[-1], told[1])
        self.assertIn("3 epochs", result.stdout)

    def test_a_checkpoint_that_is_too_large(self):
        kept = self.folder / "kept.pt"
        limit = 2 * MODEL_BYTES  # Adam's checkpoint is three times the model.
        result = self.train(
            "--checkpoint", kept,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.check_trained_on(result, kept, "File too large")
        self.assertFalse(kept.exists())

    def test_a_checkpoint_on_a_full_disk_keeps_the_old_one(self):
        kept = self.small_disk(16) / "kept.pt"
        self.assertEqual(self.train("--max-steps", 1, "--checkpoint", kept).returncode, 0)
        before = kept.read_bytes()
        result = self.train("--checkpoint", kept, "--checkpoint-every", 2)
        self.check_trained_on(result, kept, "No space left on device")
        self.assertEqual(kept.read_bytes(), before)
        self.assertEqual(os.listdir(kept.parent), ["kept.pt"])

    def test_a_log_that_is_full_from_the_start(self):
        self.check_trained_on(self.train("--log", "/dev/full", "--log-steps"), "/dev/full",
                              "No space left on device")

    def test_a_log_on_a_disk_that_fills_holds_whole_lines(self):
        folder = self.small_disk(1)
        log = folder / "log.jsonl"
        with open(folder / "filler", "wb") as filler:
            filler.write(bytes((1 << 20) - 8192))
        self.check_trained_on(self.train("--log", log, "--log-steps", "--batch-size", 4), log,
                              "No space left on device")
        text = log.read_text()
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            json.loads(line)

    def test_a_board_on_a_disk_that_is_full(self):
        folder = self.small_disk(1)
        with open(folder / "filler", "wb") as filler:
            filler.write(bytes((1 << 20) - 8192))
        result = self.train("--tensorboard", folder / "board", "--rotate", 10)
        (file,) = (folder / "board").iterdir()
        self.check_trained_on(result, file, "No space left on device")

    def test_a_pipe_whose_reader_went_away(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["head", "-n", "1", pipe], stdout=subprocess.PIPE)
        result = self.train("--log", pipe, "--log-steps", "--batch-size", 1)
        self.assertIn(b'"start"', reader.communicate()[0])
        self.check_trained_on(result, pipe, "Broken pipe")

    def test_both_are_told_in_one_sentence(self):
        result = self.train("--log", "/dev/full", "--checkpoint", self.small_disk(1) / "kept.pt")
        self.assertEqual(result.returncode, 1)
        last = result.stderr.splitlines()[-1]
        self.assertIn("kept.pt: cannot be written", last)
        self.assertIn("/dev/full: cannot be written", last)

    def rescued(self, result, why):
        """The place that was told, with the model in it."""
        self.assertEqual(result.returncode, 1, result.stderr)
        told = result.stderr.splitlines()[-1]
        self.assertIn(why, told)
        path = pathlib.Path(told.split("; the state is in ")[1])
        self.done("load", path)
        self.assertIn(f"{path}: 3 epochs", result.stdout)
        return path

    def during(self, change, *more, **options):
        """Calls change in the midst of a training, which waits until its log is read on."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        process = subprocess.Popen(
            [PROGRAM, "train", "--recipe", "plain", "--data", self.data, "--out", self.out,
             "--threads", "1", "--epochs", "3", "--log", pipe, "--log-steps", "--batch-size", "4",
             *map(str, more)],
            env=environment(**options.pop("env", {})), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(process.kill)
        with open(pipe) as log:
            fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, 4096)
            lines = [log.readline()]
            change()
            lines += log.readlines()
        output, errors = process.communicate(timeout=100)
        pipe.unlink()
        end = json.loads(lines[-1])
        return subprocess.CompletedProcess([], process.returncode, output, errors), end

    def test_a_name_that_was_taken_meanwhile(self):
        result, end = self.during(lambda: self.out.mkdir())
        path = self.rescued(result, "is a folder")
        self.assertEqual(path, self.folder / "out.rescued.pt")
        self.assertEqual(end["out"], str(path))
        self.out.rmdir()
        result, _ = self.during(lambda: self.out.write_text("notes"))
        self.assertEqual(self.rescued(result, "is not a state file").name, "out.rescued-2.pt")
        self.assertEqual(self.out.read_text(), "notes")

    def test_a_folder_that_went_away(self):
        place = self.folder / "place"
        place.mkdir()
        work = self.folder / "work"
        work.mkdir()
        self.out = place / "out.safetensors"
        result, _ = self.during(place.rmdir, cwd=work)
        path = self.rescued(result, "does not exist")
        self.assertEqual(path, work / "out.rescued.safetensors")
        place.mkdir()
        temporary = self.folder / "temporary"
        temporary.mkdir()
        result, _ = self.during(lambda: (place.rmdir(), path.unlink(), work.rmdir()), cwd=work,
                                env={"TMPDIR": str(temporary)})
        self.assertEqual(self.rescued(result, "does not exist").parent, temporary)

    def test_a_full_disk(self):
        small = self.small_disk(5)
        self.out = small / ("n" * 252 + ".pt")
        work = self.folder / "work"
        work.mkdir()
        result, _ = self.during(lambda: (small / "filler").write_bytes(bytes(2 << 20)), cwd=work)
        path = self.rescued(result, "No space left on device")
        self.assertEqual(path.parent, work)
        self.assertEqual(os.listdir(small), ["filler"])

    def test_no_place_at_all(self):
        result = self.train(
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "")
        self.assertIn("File too large; nor could the state be written beside it", result.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), ["data"])

    def test_errors_that_cannot_be_told_end_nothing(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                [PROGRAM, "train", "--data", self.data, "--out", self.out, "--max-steps", "1"],
                env=environment(), stdout=subprocess.DEVNULL, stderr=full)
        self.assertEqual(result.returncode, 0)
        self.done("load", self.out)


if __name__ == "__main__":
    unittest.main()
