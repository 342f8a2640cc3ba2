"""Where the system starts no more threads, a command does with fewer and says so."""

import os
import resource
import shutil
import subprocess
import unittest

from support import PROGRAM, ProgramTest, environment, write_set
from write_pictures import png

TRAINS = os.environ["TEST_TRAINS"] == "ON"
NOTE = "the system starts no more threads; going on with fewer\n"
USER = 4711


def strace_works():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "--seccomp-bpf", "-qq", "true"], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipIf(os.environ["TEST_SANITIZED"] == "ON", "a sanitizer has threads of its own")
class Threads(ProgramTest):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        self.data = write_set(self.folder / "data", train=2000, test=2000)
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        model = self.model()
        self.commands = [
            ["eval", "--model", model, "--data", self.data],
            ["predict", "--model", model, picture, picture],
        ]
        if TRAINS:
            train = ["train", "--data", self.data, "--max-steps", "5"]
            self.commands += [
                [*train, "--out", self.folder / "new.pt", "-q"],
                [*train, "--out", self.folder / "unfolded.pt", "--no-fold", "-q"],
                [*self.commands[0], "--engine", "libtorch"],
            ]

    def run_limited(self, command, before=(), **options):
        return subprocess.run(
            [*before, PROGRAM, *map(str, command), "--threads", "4"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            **options,
        )

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be a user without other processes")
    def test_a_users_limit(self):
        for threads in (1, 3):
            limit = (threads, threads)
            for command in self.commands:
                result = self.run_limited(
                    command,
                    user=USER,
                    group=USER,
                    extra_groups=[],
                    # Runs after the user was changed, and before a limit of processes counts.
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, limit),
                )
                if "Permission denied" in result.stderr:
                    self.skipTest("another user cannot read where the program lies")
                told = f"{threads}: {command}: {result}"
                self.assertEqual(result.returncode, 0, told)
                self.assertNotIn("libgomp", result.stderr, told)
                # With three, one that is done may make room for the last.
                if threads == 1:
                    self.assertIn(NOTE, result.stderr, told)

    @unittest.skipUnless(strace_works(), "needs strace")
    def test_one_thread_that_cannot_be_started(self):
        for command in self.commands:
            strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=clone3"]
            inject = "inject=clone3:error=EAGAIN:when=3"
            result = self.run_limited(command, [*strace, "-e", inject])
            self.assertEqual(result.returncode, 0, result)
            self.assertIn(NOTE, result.stderr, result)



if __name__ == "__main__":
    unittest.main()
