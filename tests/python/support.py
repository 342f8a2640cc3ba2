"""What the Python checks share: the network in PyTorch, the program, a temporary folder."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import torch
from torch import nn

MLPCTL = os.environ.get("MLPCTL", "mlpctl")


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 5, kernel_size=3),
            nn.Flatten(),
            nn.Linear(26 * 26 * 5, 300),
            nn.ReLU(),
            nn.Linear(300, 64),
            nn.ReLU(),
            nn.Linear(64, 10),
        )

    def forward(self, x):
        return self.layers(x)


def mlpctl(*arguments, code=0):
    """Runs the program, requires the exit code, and gives what it printed."""
    done = subprocess.run([MLPCTL, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != code:
        raise AssertionError(f"{arguments} gave {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def refused(*arguments):
    """Runs the program, requires exit code 1, and gives the sentence."""
    done = subprocess.run([MLPCTL, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 1:
        raise AssertionError(f"{arguments} gave {done.returncode}: {done.stdout}{done.stderr}")
    return done.stderr


class TempFolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        torch.manual_seed(1)

    def path(self, name):
        return str(self.folder / name)

    def read(self, path):
        return pathlib.Path(path).read_bytes()
