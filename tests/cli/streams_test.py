"""Standard output carries results alone, and what happens when it cannot take them."""

import json
import os
import signal
import subprocess
import unittest

from support import PROGRAM, ProgramTest, environment, run, write_set
from write_pictures import png


class Streams(ProgramTest):
    def test_results_go_to_stdout_and_chatter_to_stderr(self):
        data = write_set(self.folder / "data")
        result = run("eval", "--model", self.model(), "--data", data, "--json", "-v")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["count"], 100)
        self.assertIn("images", result.stderr)
        quiet = run("eval", "--model", self.model(), "--data", data, "--json", "--quiet")
        self.assertEqual(quiet.stdout, result.stdout)
        self.assertIn("answered 100 images", result.stderr)
        self.assertNotIn("answered 100 images", quiet.stderr)

    def test_off_a_terminal_there_are_no_control_codes(self):
        data = write_set(self.folder / "data")
        for arguments in (
            ["eval", "--model", self.model(), "--data", data, "-v"],
            ["eval", "--model", "missing.pt"],
            ["nonsense"],
        ):
            result = run(*arguments)
            self.assertNotRegex(result.stdout + result.stderr, "[\r\x1b]")

    def write_to(self, stdout, *arguments, **options):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
            **options,
        )

    def commands(self):
        return [["--help"], ["--version"], ["load", self.model()]]

    def test_a_closed_pipe_ends_quietly(self):
        for arguments in self.commands():
            read_end, write_end = os.pipe()
            os.close(read_end)
            with os.fdopen(write_end, "w") as pipe:
                result = self.write_to(pipe, *arguments)
            self.assertEqual(result.stderr, "")
            self.assertIn(result.returncode, (0, -signal.SIGPIPE))

    def test_results_that_cannot_be_written_are_a_failure(self):
        for arguments in self.commands():
            with open("/dev/full", "w") as full:
                result = self.write_to(full, *arguments)
            self.assertEqual(result.returncode, 1)
            self.assertEqual(
                result.stderr, "mlpctl: standard output: No space left on device\n"
            )

    def test_a_reader_that_went_away_is_quiet_where_sigpipe_is_ignored(self):
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        predict = ["predict", "--model", self.model(), picture]
        for arguments in [*self.commands(), predict]:
            read_end, write_end = os.pipe()
            os.close(read_end)
            with os.fdopen(write_end, "w") as pipe:
                result = self.write_to(pipe, *arguments, restore_signals=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_results_that_fill_the_disk_half_way_say_so(self):
        """More than one buffer's, so that the write that fails is not the last one."""
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        with open("/dev/full", "w") as full:
            result = self.write_to(
                full, "predict", "--model", self.model(), "--json", *[picture] * 600
            )
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "mlpctl: standard output: No space left on device\n")

    def closed(self, descriptor, *arguments):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(),
            text=True,
            preexec_fn=lambda: os.close(descriptor),
        )

    def test_no_file_takes_the_place_of_a_closed_descriptor(self):
        data = write_set(self.folder / "data")
        model = self.model()
        before = model.read_bytes()
        for descriptor in range(3):
            out = self.folder / f"{descriptor}.pt"
            result = self.closed(descriptor, "save", "--from", model, "--out", out, "-v")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(out.read_bytes(), before)
        result = self.closed(1, "eval", "--model", model, "--data", data)
        self.assertEqual(result.returncode, 1)
        last = result.stderr.splitlines()[-1]
        self.assertEqual(last, "mlpctl: standard output: Bad file descriptor")

    def test_a_standard_input_that_cannot_be_read_is_an_error(self):
        predict = ["predict", "--model", self.model(), "-"]
        result = self.closed(0, *predict)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "standard input: Bad file descriptor\n")
        folder = os.open(self.folder, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        result = run(*predict, stdin=folder)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "standard input: Is a directory\n")


if __name__ == "__main__":
    unittest.main()
