"""Data sets that NumPy writes, against the same pictures as IDX files."""

import json
import struct
import unittest

import numpy as np
from support import TempFolderTest, mlpctl, refused


def idx(values):
    sizes = values.shape
    return bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes) + values.tobytes()


class DataSets(TempFolderTest):
    def setUp(self):
        super().setUp()
        generator = np.random.default_rng(1)
        self.x = generator.integers(0, 256, (120, 28, 28), np.uint8)
        self.y = generator.integers(0, 10, 120, np.uint8)
        self.model = self.folder / "model.pt"
        mlpctl("save", "--init", "--out", self.model)
        folder = self.folder / "idx"
        folder.mkdir()
        (folder / "t10k-images-idx3-ubyte").write_bytes(idx(self.x))
        (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(self.y))
        self.expected = self.report(folder)

    def report(self, path):
        return json.loads(mlpctl("eval", "--model", self.model, "--data", path, "--json"))

    def check(self, x, y, save=np.savez):
        path = self.folder / "set.npz"
        save(path, x_test=x, y_test=y, x_train=x[:1], y_train=y[:1])
        self.assertEqual(self.report(path), self.expected)

    def test_archives_stored_and_packed(self):
        self.check(self.x, self.y)
        self.check(self.x, self.y, np.savez_compressed)

    def test_types_and_shapes(self):
        for kind in (np.uint8, np.int16, ">u4", np.int64, np.float32, ">f8"):
            self.check(self.x.astype(kind), self.y.astype(kind))
        for kind in (np.float32, np.float64):
            self.check(self.x.astype(kind) / kind(255), self.y)
        self.check(self.x[:, None], self.y[:, None].ravel())
        self.check(self.x[..., None], self.y)
        self.check(self.x.reshape(120, 784), self.y)

    def test_what_is_not_read(self):
        path = self.folder / "set.npz"
        for x, words in (
            (np.asfortranarray(self.x), "numpy.ascontiguousarray"),
            (self.x.astype(complex), "values of type '<c16'"),
            (np.array([None] * 120), "Python's objects"),
            (self.x.astype(int) - 1, "is no pixel from 0 to 255"),
            (self.x.astype(float) * np.nan, "is no pixel from 0 to 255"),
        ):
            np.savez(path, x_test=x, y_test=self.y)
            self.assertIn(words, refused("eval", "--model", self.model, "--data", path))


if __name__ == "__main__":
    unittest.main()
