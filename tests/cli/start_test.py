"""What the program loads before it answers: LibTorch only for the work that needs it."""

import os
import unittest

from support import ProgramTest, run, write_set
from write_pictures import png

TRAINS = os.environ["TEST_TRAINS"] == "ON"
LIBTORCH = r"file=.*\blib(torch\w*|c10)\.so"


class Start(ProgramTest):
    def loaded(self, *arguments):
        """The libraries that the dynamic loader opened."""
        result = run(*arguments, env={"LD_DEBUG": "files"})
        self.assertIn("libc.so", result.stderr)
        return result.stderr

    def test_quick_answers_do_without_libtorch(self):
        data = write_set(self.folder / "data")
        model = self.model()
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        for arguments in (
            ["--help"],
            ["train", "--help"],
            ["nonsense"],
            ["save", "--init", "--out", self.folder / "new.pt"],
            ["load", model],
            ["eval", "--model", model, "--data", data],
            ["predict", "--model", model, picture],
        ):
            libraries = self.loaded(*arguments)
            self.assertNotRegex(libraries, LIBTORCH, arguments)

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_training_opens_libtorch(self):
        data = write_set(self.folder / "data")
        out = self.folder / "new.pt"
        arguments = ["train", "--data", data, "--max-steps", 1, "--out", out]
        self.assertRegex(self.loaded(*arguments), LIBTORCH)


if __name__ == "__main__":
    unittest.main()
