"""What the program loads before it answers: LibTorch only for the work that needs it."""

import statistics
import time
import unittest

from support import ProgramTest, run, write_set


class Start(ProgramTest):
    def loaded(self, *arguments):
        """The libraries that the dynamic loader opened."""
        result = run(*arguments, env={"LD_DEBUG": "files"})
        self.assertIn("libc.so", result.stderr)
        return result.stderr

    def test_quick_answers_do_without_libtorch(self):
        data = write_set(self.folder / "data")
        model = self.model()
        for arguments in (
            ["--help"],
            ["train", "--help"],
            ["nonsense"],
            ["save", "--init", "--out", self.folder / "new.pt"],
            ["eval", "--model", model, "--data", data],
        ):
            libraries = self.loaded(*arguments)
            self.assertNotIn("libtorch", libraries, arguments)
            self.assertNotIn("libc10", libraries, arguments)

    def test_help_comes_at_once(self):
        times = []
        for _ in range(9):
            began = time.perf_counter()
            run("--help")
            times.append(time.perf_counter() - began)
        milliseconds = 1000 * statistics.median(times)
        print(f"start: median {milliseconds:.1f} ms with Python's own share")
        # LibTorch's start alone takes 350 ms; a slow and busy machine still stays below this.
        self.assertLess(milliseconds, 250)


if __name__ == "__main__":
    unittest.main()
