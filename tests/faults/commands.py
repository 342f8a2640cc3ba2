"""The commands that faults are injected into, and the files that they read and write."""

import dataclasses
import gzip
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "cli")]
os.environ.setdefault("MLPCTL", "")  # which support.py wants
from support import environment, pictures, write_set
from write_pictures import png


@dataclasses.dataclass(frozen=True)
class Command:
    """Its arguments are given in a folder with the inputs in `in`; all it writes is in `out`."""

    name: str
    arguments: str
    # The outputs, and whether each is there before: old ones are of another state.
    new: tuple = ()
    old: tuple = ()
    stdin: str = ""
    trains: bool = False
    # Files beside the result, without which the result is written all the same.
    side: tuple = ()

    def outputs(self):
        return (*self.new, *self.old)


COMMANDS = [
    Command("save", "save --init --seed 1 --out out/m.pt", new=("m.pt",)),
    Command("save over", "save --from in/m.safetensors --out out/m.pt", old=("m.pt",)),
    Command("save safetensors", "save --from in/m.pt --out out/m.safetensors", new=("m.safetensors",)),
    Command("save legacy", "save --from in/m.pt --format legacy --out out/m.pt", new=("m.pt",)),
    Command("load", "load in/m.pt"),
    Command("load json", "load --json in/legacy.pt"),
    Command("load list", "load --list in/m.safetensors"),
    Command("load diff", "load in/m.pt --diff in/m.safetensors"),
    Command("eval", "eval --model in/m.pt --data in/set --threads 2"),
    Command("eval json", "eval --model in/m.safetensors --data in/set --json"),
    Command("eval packed", "eval --model in/m.pt --data in/packed --threads 1"),
    Command("predict", "predict --model in/m.pt in/pictures/0.png in/pictures/1.png --threads 2"),
    Command("predict folder", "predict --model in/m.pt --json in/pictures"),
    Command("predict idx", "predict --model in/m.pt in/set/t10k-images-idx3-ubyte --range 0:5"),
    Command("predict packed", "predict --model in/m.pt in/packed/t10k-images-idx3-ubyte.gz --range 0:5"),
    Command("predict stdin", "predict --model in/m.pt -", stdin="in/pictures/0.png\nin/pictures/2.png\n"),
    Command(
        "predict annotate",
        "predict --model in/m.pt in/pictures/0.png --annotate out/a.png",
        new=("a.png",),
    ),
    Command(
        "predict annotate over",
        "predict --model in/m.pt --split in/pictures/1.png --annotate out/a.png",
        old=("a.png",),
    ),
    Command("completion", "completion bash"),
    Command("train", "train --data in/set --epochs 1 --out out/m.pt", new=("m.pt",), trains=True),
    Command(
        "train with all",
        "train --data in/set --val-split 100 --epochs 2 --from in/m.pt --out out/m.pt "
        "--checkpoint out/c.pt --checkpoint-every 2 --log out/l.jsonl --threads 2 --keep best",
        old=("m.pt", "c.pt"),
        new=("l.jsonl",),
        trains=True,
        side=("c.pt", "l.jsonl"),
    ),
    Command(
        "train resumed",
        "train --data in/set --epochs 2 --max-steps 3 --resume in/cut.pt --out out/m.safetensors",
        new=("m.safetensors",),
        trains=True,
    ),
]


def write_pictures(folder):
    folder.mkdir()
    images, _ = pictures(3)
    for number in range(3):
        ink = images[number * 784 : (number + 1) * 784]
        (folder / f"{number}.png").write_bytes(png(bytes(255 - value for value in ink), 28, 28))


class Workspace:
    """Inputs that are made once, and outputs that are put back before each run."""

    def __init__(self, program, folder, trains):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        self.out = self.folder / "out"
        inputs = self.folder / "in"
        inputs.mkdir()
        write_pictures(inputs / "pictures")
        write_set(inputs / "set")
        (inputs / "packed").mkdir()
        for file in (inputs / "set").iterdir():
            packed = gzip.compress(file.read_bytes(), mtime=0)
            (inputs / "packed" / f"{file.name}.gz").write_bytes(packed)
        self.make("save --init --seed 1 --out in/m.pt")
        self.make("save --from in/m.pt --out in/m.safetensors")
        self.make("save --from in/m.pt --format legacy --out in/legacy.pt")
        self.make("save --init --seed 2 --out in/old.pt")
        if trains:
            self.make("train --data in/set --epochs 2 --max-steps 1 --out in/x.pt --checkpoint in/cut.pt")
        self.inputs = self.stamps()
        self.old = (inputs / "old.pt").read_bytes()

    def make(self, arguments):
        command = [self.program, *arguments.split()]
        subprocess.run(command, cwd=self.folder, env=environment(), check=True, capture_output=True)

    def stamps(self):
        """What changes when an input is written to."""
        files = sorted(f for f in (self.folder / "in").rglob("*") if f.is_file())
        return [(str(f), f.stat().st_size, f.stat().st_mtime_ns, f.stat().st_ino) for f in files]

    def fresh(self, command):
        if self.out.exists():
            shutil.rmtree(self.out)
        self.out.mkdir()
        for name in command.old:
            (self.out / name).write_bytes(self.old)

    def written(self):
        return {f.name: f.read_bytes() for f in self.out.iterdir()}
