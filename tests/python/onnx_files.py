"""What the tests of ONNX share: a fresh model as state and as ONNX, and pictures for it."""

import pathlib
import struct

import numpy
import onnx
import torch
from support import MLP, TempFolderTest, mlpctl

NAMES = list(MLP().state_dict())


def idx(pictures):
    return struct.pack(">IIII", 0x803, *pictures.shape) + pictures.tobytes()


def drawn(count):
    """Pictures with strokes and every grey, a tenth of them noise: what no net is sure of."""
    random = numpy.random.default_rng(7)
    pictures = numpy.zeros((count, 28, 28), numpy.uint8)
    for picture in pictures[count // 10 :]:
        for _ in range(3):
            y, x, high, wide = random.integers(2, 20, 4)
            picture[y : y + high // 3, x : x + wide // 2] = random.integers(0, 256)
    pictures[: count // 10] = random.integers(0, 256, (count // 10, 28, 28))
    return pictures


class OnnxTest(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.pt, self.file = self.path("mlp.pt"), self.path("mlp.onnx")
        mlpctl("save", "--init", "--seed", "3", "--out", self.pt)
        self.state = torch.load(self.pt, weights_only=True)

    def saved(self, *options):
        mlpctl("save", "--from", self.pt, "--out", self.file, *options)
        return onnx.load(self.file)

    def written(self, model, name="other.onnx"):
        data = model if isinstance(model, bytes) else model.SerializeToString()
        pathlib.Path(self.path(name)).write_bytes(data)
        return self.path(name)
