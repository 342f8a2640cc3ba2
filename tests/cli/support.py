"""What the tests of the real program share. Standard library only."""

import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "support")]
from measured import measured  # noqa: E402

PROGRAM = os.environ["MLPCTL"]


def environment(**extra):
    """This process's environment without what would change the program's behaviour."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLPCTL")}
    kept.pop("NO_COLOR", None)
    return kept | {"TERM": "xterm", "LC_ALL": "C.UTF-8"} | extra


def needs(tool):
    """A tool that is missing must be seen, not passed over in silence."""
    if shutil.which(tool) is None:
        print(f"NOT TESTED: {tool} is not installed", file=sys.stderr)
        return unittest.skip(f"{tool} is not installed")
    return lambda test: test


def run(*arguments, env=None, timeout=200, **options):
    """Runs the program with its output caught, as text unless text=False."""
    options.setdefault("text", True)
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env=environment(**(env or {})),
        capture_output=True,
        timeout=timeout,
        **options,
    )


def cost_of(*arguments):
    """The program's exit code, what it printed, its seconds of processor and the most memory it held."""
    done, seconds, memory = measured(
        [PROGRAM, *map(str, arguments)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout.decode(), seconds, memory


def idx(sizes, values):
    return bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes) + values


def pictures(count, seed=1):
    """Ten kinds of pictures, told apart by the place of a bright square; and their labels."""
    generator = random.Random(seed)
    images, labels = bytearray(), bytearray()
    for _ in range(count):
        label = generator.randrange(10)
        image = bytearray(generator.randrange(40) for _ in range(784))
        top, left = 3 + label // 5 * 12, 1 + label % 5 * 5
        for row in range(top, top + 6):
            image[row * 28 + left : row * 28 + left + 5] = b"\xe0" * 5
        images += image
        labels.append(label)
    return bytes(images), bytes(labels)


def write_set(folder, train=400, test=100):
    """A small data set that a net learns in an epoch or two, under MNIST's names."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", train), ("t10k", test)):
        images, labels = pictures(count, seed=count)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx([count, 28, 28], images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx([count], labels))
    return folder


def with_record(source, target, text):
    """Writes the state file again with another record about its model."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            record = name.endswith("/mlpctl.json")
            new.writestr(zipfile.ZipInfo(name), text if record else old.read(name))
    return target


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def done(self, *arguments, **options):
        """Runs the program, requires exit 0, and gives its standard output."""
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, code, *arguments, **options):
        """Runs the program, requires the exit code and a sentence instead of results, gives it."""
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("mlpctl: "), result.stderr)
        for trace in ("terminate called", "Exception raised from", "c10::", "what():"):
            self.assertNotIn(trace, result.stderr)
        return result.stderr

    def model(self, name="model.pt"):
        """A freshly initialised state."""
        path = self.folder / name
        self.done("save", "--init", "--seed", 1, "--out", path)
        return path


class TrainTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.out = self.folder / "out.pt"

    def arguments(self, *more):
        return ["train", "--data", self.data, "--out", self.out, "--threads", 1, *more]

    def accuracy(self, model):
        return json.loads(self.done("eval", "--model", model, "--data", self.data, "--json"))[
            "accuracy"
        ]
