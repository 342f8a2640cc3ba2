"""What the tests of `mlpctl train --tensorboard` share: a small training that writes into a folder."""

import importlib.util
import os
import pathlib

from support import MLPCTL, TempFolderTest, mlpctl

# Its name is that of our support.py.
CLI_SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "cli" / "support.py"
os.environ.setdefault("MLPCTL", MLPCTL)
spec = importlib.util.spec_from_file_location("cli_support", CLI_SUPPORT)
cli_support = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli_support)


class TensorBoardTest(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.board = self.folder / "runs" / "a"
        self.data = cli_support.write_set(self.folder / "data")

    def arguments(self, *more, recipe="handwriting"):
        return ["train", "--data", self.data, "--out", self.path("m.pt"), "--threads", 1, "--recipe", recipe,
                "--checkpoint", self.path("run.pt"), "--tensorboard", self.board, *more]

    def train(self, *more, recipe="handwriting"):
        return mlpctl(*self.arguments(*more, recipe=recipe))
