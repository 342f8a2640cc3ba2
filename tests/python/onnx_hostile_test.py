"""ONNX models that contradict themselves, lead elsewhere or are cut off."""

import struct
import subprocess
import unittest

from onnx import TensorProto, helper
from onnx_files import OnnxTest
from support import MLPCTL, mlpctl, refused


class Hostile(OnnxTest):
    def tensor(self, **fields):
        return TensorProto(name="w", data_type=TensorProto.FLOAT, **fields)

    def model(self, *initializers):
        return helper.make_model(helper.make_graph([], "g", [], [], initializers))

    def test_contradictions_are_refused(self):
        nan = struct.pack("<f", 1)
        mixed = self.tensor(dims=[1], raw_data=nan)
        mixed.float_data.append(1)
        wrong = self.tensor(dims=[1])
        wrong.int64_data.append(1)
        narrow = TensorProto(name="w", data_type=TensorProto.INT8, dims=[1], int32_data=[300])
        cases = {
            "short": (self.tensor(dims=[2], raw_data=nan), "has not the data"),
            "long": (self.tensor(dims=[1], raw_data=nan + nan), "has not the data"),
            "negative": (self.tensor(dims=[-1], raw_data=nan), "has not the data"),
            "overflow": (self.tensor(dims=[2**40, 2**40], raw_data=nan), "has not the data"),
            "wrapped": (self.tensor(dims=[2**62, 2**62], raw_data=b""), "has not the data"),
            "deep": (self.tensor(dims=[1] * 65, raw_data=nan), "64 dimensions"),
            "mixed": (mixed, "two types"),
            "wrong": (wrong, "two types"),
            "narrow": (narrow, "beyond its type"),
            "nameless": (TensorProto(data_type=1, dims=[1], raw_data=nan), "without a name"),
            "unknown": (TensorProto(name="w", data_type=99, dims=[1], raw_data=nan), "unknown type 99"),
        }
        for name, (tensor, said) in cases.items():
            with self.subTest(name=name):
                self.assertIn(said, refused("load", "--list", self.written(self.model(tensor))))

    def test_what_is_there_twice_is_refused(self):
        good = self.tensor(dims=[1], raw_data=bytes(4))
        self.assertIn("twice", refused("load", self.written(self.model(good, good))))
        model = self.model(good).SerializeToString()
        self.assertIn("two graphs", refused("load", self.written(model + model)))
        model = self.model(good)
        for _ in range(2):
            model.metadata_props.add(key="a", value="b")
        self.assertIn("twice", refused("load", self.written(model)))

    def test_paths_of_external_data_are_never_opened(self):
        for path in ("/etc/passwd", "../x", "weights.bin"):
            external = self.tensor(dims=[1], data_location=TensorProto.EXTERNAL)
            external.external_data.add(key="location", value=path)
            error = refused("load", "--list", self.written(self.model(external)))
            self.assertIn("never opened", error)
            self.assertNotIn(path, error)

    def test_every_cut_is_refused(self):
        whole = self.model(self.tensor(dims=[3], raw_data=bytes(12)))
        whole.metadata_props.add(key="key", value="value")
        data = whole.SerializeToString()
        codes = [code_of("load", "--list", self.written(data[:size])) for size in range(len(data))]
        self.assertLessEqual(set(codes), {0, 1})
        # Behind the graph fields end at two places: what is then missing are the opset and the metadata.
        self.assertLessEqual(codes.count(0), 2)

    def test_subgraphs_nested_without_end_cost_nothing(self):
        graph = helper.make_graph([], "g", [], []).SerializeToString()
        for _ in range(4000):
            attribute = b"\x0a\x01a\x32" + varint(len(graph)) + graph
            node = b"\x2a" + varint(len(attribute)) + attribute
            graph = b"\x0a" + varint(len(node)) + node
        model = b"\x08\x08\x12\x01x\x3a" + varint(len(graph)) + graph
        self.assertIn("0 tensors", mlpctl("load", "--list", self.written(model)))


def varint(number):
    data = b""
    while number > 127:
        data += bytes([number & 127 | 128])
        number >>= 7
    return data + bytes([number])


def code_of(*arguments):
    return subprocess.run([MLPCTL, *arguments], capture_output=True).returncode


del OnnxTest  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
