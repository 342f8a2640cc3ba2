"""What `mlpctl predict` takes of data sets: packed, of other sizes than 28x28, and from NumPy."""

import gzip
import json
import struct
import unittest
import zipfile

from support import ProgramTest, idx, pictures, run
from write_pictures import png

COUNT = 5


def enlarged(images, side=28, by=3):
    """Each pixel as a square."""
    rows = [images[at : at + side] for at in range(0, len(images), side)]
    wide = [bytes(pixel for pixel in row for _ in range(by)) for row in rows]
    return b"".join(row for row in wide for _ in range(by))


def npy(shape, values):
    header = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + values


class Sets(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        self.images, _ = pictures(COUNT, seed=5)
        self.expected = self.answers(self.write("images", idx([COUNT, 28, 28], self.images)))

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def answers(self, given, *arguments, **options):
        """Of each picture the logits."""
        result = run("predict", "--model", self.path, "--json", "--logits", *arguments, given, text=False, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.said = result.stderr.decode()
        return [json.loads(line)["logits"] for line in result.stdout.splitlines()]

    def check_same(self, content):
        self.assertEqual(self.answers(self.write("set", content)), self.expected)
        self.assertEqual(self.answers("-", input=content), self.expected)

    def archive(self, arrays, method=zipfile.ZIP_STORED):
        path = self.folder / "set.npz"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, array in arrays.items():
                archive.writestr(name + ".npy", array)
        return path.read_bytes()

    def test_packed_files(self):
        self.check_same(gzip.compress(idx([COUNT, 28, 28], self.images)))
        rows = [",".join(map(str, self.images[at : at + 784])) for at in range(0, COUNT * 784, 784)]
        self.check_same(gzip.compress("\n".join([*rows, ""]).encode()))
        header = ",".join(f"pixel{n}" for n in range(784))
        self.check_same(gzip.compress("\n".join([header, *rows, ""]).encode()))

    def test_archives_of_numpy(self):
        array = npy((COUNT, 28, 28), self.images)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self.check_same(self.archive({"arr_0": array}, method))
        whole = {"x_train": npy((1, 28, 28), bytes(784)), "y_train": npy((1,), b"\1"), "x_test": array}
        self.check_same(self.archive(whole))
        self.assertIn("x_test is taken; it holds x_train.npy", self.said)
        labels = self.archive({"arr_0": npy((COUNT,), bytes(COUNT))})
        result = run("predict", "--model", self.path, "-", input=labels, text=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"holds no grey pictures", result.stderr)

    def test_pictures_of_another_size_are_prepared_like_files(self):
        large = enlarged(self.images)
        files = [
            self.write(f"{n}.png", png(large[n * 7056 : (n + 1) * 7056], 84, 84)) for n in range(COUNT)
        ]
        expected = [self.answers(file)[0] for file in files]
        rows = [",".join(map(str, large[at : at + 7056])) for at in range(0, len(large), 7056)]
        for content in (idx([COUNT, 84, 84], large), "\n".join([*rows, ""]).encode()):
            self.assertEqual(self.answers(self.write("large", content)), expected)
        result = run("predict", "--model", self.path, "--preprocess", "none", self.folder / "large")
        self.assertEqual(result.returncode, 1)
        self.assertIn("large[0]: is 84x84 pixels, and without preparation it must be 28x28", result.stderr)

    def test_a_stream_that_may_be_emnists_is_told_to_be_taken_as_it_lies(self):
        content = idx([COUNT, 28, 28], self.images)
        self.assertEqual(self.answers("-", input=content), self.expected)
        self.assertIn("standard input: its pictures are taken as they lie; EMNIST's", self.said)
        self.answers(self.write("images", content))
        self.assertEqual(self.said, "")


if __name__ == "__main__":
    unittest.main()
