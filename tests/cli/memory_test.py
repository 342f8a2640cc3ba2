"""Little memory is one sentence and exit 1, wherever it runs out."""

import json
import os
import resource
import subprocess
import unittest

from support import PROGRAM, ProgramTest, cost_of, environment, idx, write_set
from write_pictures import png

TRAINS = os.environ["TEST_TRAINS"] == "ON"
# The loader's own sentence, before the program begins.
LOADER = "error while loading shared libraries"
STEP = int(os.environ.get("TEST_MEMORY_STEP", "40000"))


@unittest.skipIf(os.environ["TEST_SANITIZED"] == "ON", "a sanitizer needs more than all of it")
class Memory(ProgramTest):
    def check(self, kilobytes, arguments):
        limit = kilobytes * 1024
        result = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
        told = f"{kilobytes} KB: {arguments[0]}: {result}"
        if result.returncode == 127:
            self.assertIn(LOADER, result.stderr, told)
            return False
        self.assertIn(result.returncode, (0, 1), told)
        if result.returncode == 1:
            last = result.stderr.strip().splitlines()[-1]
            self.assertRegex(last, "memory", told)
            for trace in ("terminate called", "internal error", "what()", "install"):
                self.assertNotIn(trace, result.stderr, told)
        return result.returncode == 0

    def limits(self):
        return range(60_000, 500_001, STEP)

    def test_every_command(self):
        data = write_set(self.folder / "data")
        model = self.model()
        picture = self.folder / "0.png"
        picture.write_bytes(png(bytes(784), 28, 28))
        out = self.folder / "new.pt"
        for arguments in (
            ["load", model],
            ["save", "--from", model, "--out", out],
            ["eval", "--model", model, "--data", data, "--threads", 2],
            ["predict", "--model", model, picture, "--threads", 2],
            ["predict", "--model", model, "--split", picture, "--threads", 2],
        ):
            done = [self.check(kilobytes, arguments) for kilobytes in self.limits()]
            self.assertTrue(done[-1], arguments)
            names = set(os.listdir(self.folder))
            self.assertLessEqual(names, {"data", "model.pt", "0.png", "new.pt"})

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_training(self):
        data = write_set(self.folder / "data")
        out = self.folder / "new.pt"
        arguments = ["train", "--data", data, "--out", out, "--max-steps", 2, "--threads", 2]
        for kilobytes in [*self.limits(), 600_000, 800_000, 1_000_000, 1_500_000, 2_000_000]:
            self.check(kilobytes, arguments)
        self.assertLessEqual(set(os.listdir(self.folder)), {"data", "new.pt"})

    def peak(self, *arguments, code):
        """The most resident memory of a run in MB, pages of mapped files included."""
        status, output, _, memory = cost_of(*arguments)
        self.assertEqual(status, code, output)
        return memory / (1 << 20)

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_training_on_a_large_set(self):
        count = 60_000
        picture = bytes(300) + bytes(range(1, 256)) + bytes(229)  # as much ink as a thick digit
        data = write_set(self.folder / "data", test=10_000)
        (data / "train-images-idx3-ubyte").write_bytes(idx([count, 28, 28], picture * count))
        (data / "train-labels-idx1-ubyte").write_bytes(idx([count], bytes(i % 10 for i in range(count))))
        arguments = ["--data", data, "--out", self.folder / "new.pt", "--checkpoint", self.folder / "run.pt"]
        for more in (["--recipe", "plain", "--epochs", 1], ["--max-steps", 20]):
            with self.subTest(more):
                self.assertLess(self.peak("train", *arguments, "--force", *more, code=0), 155)

    def big_file(self, name, dtype, megabytes):
        """A safetensors file of two tensors full of zeros, of which the disk holds the header alone."""
        each = megabytes * 500_000
        size = {"F32": 4, "F16": 2, "I64": 8}[dtype]
        header = json.dumps({
            key: {"dtype": dtype, "shape": [each // size], "data_offsets": [i * each, (i + 1) * each]}
            for i, key in enumerate("ab")
        }).encode()
        path = self.folder / name
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        os.truncate(path, path.stat().st_size + 2 * each)
        return path

    def test_large_files_do_not_stay_in_memory(self):
        wide, half = self.big_file("f32.safetensors", "F32", 400), self.big_file("f16.safetensors", "F16", 200)
        whole = self.big_file("i64.safetensors", "I64", 400)
        with open(self.big_file("i64-b.safetensors", "I64", 400), "r+b") as file:
            file.seek(-8, os.SEEK_END)
            file.write(b"\1")
        for arguments, code in (
            (["save", "--from", wide, "--out", self.folder / "out.pt"], 0),
            (["load", wide, "--diff", self.folder / "out.pt"], 0),
            (["load", wide, "--diff", half], 1),
            (["load", whole, "--diff", file.name], 1),
            (["load", wide, "--diff", whole], 1),
        ):
            with self.subTest(arguments):
                self.assertLess(self.peak(*arguments, code=code), 120)


if __name__ == "__main__":
    unittest.main()
