"""Standard output carries results alone, and what happens when it cannot take them."""

import json
import os
import signal
import subprocess
import unittest

from support import PROGRAM, ProgramTest, environment, run, write_set


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

    def write_to(self, stdout, *arguments):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
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
            self.assertIn("mlpctl: standard output: ", result.stderr)


if __name__ == "__main__":
    unittest.main()
