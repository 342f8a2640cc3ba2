"""Makes state files of every kind, valid, misfitting and hostile, with fresh random weights.

As a program: make_state_files.py FOLDER [LARGEST] writes them there, those of at most LARGEST bytes:
the seed corpus of the fuzz targets."""

import pathlib
import sys

import torch

from crafted_files import add_crafted
from hostile_files import add_hostile
from state_cases import Folder
from valid_files import add_valid


def make(path, canary):
    folder = Folder(path)
    # Of random tensors that no pickle refers to, one in some thousand looks like a pickle.
    torch.manual_seed(2)
    add_valid(folder)
    add_crafted(folder)
    add_hostile(folder, canary)
    return folder.cases


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    make(target, target / "canary")
    if len(sys.argv) > 2:
        for file in target.iterdir():
            if file.stat().st_size > int(sys.argv[2]):
                file.unlink()
