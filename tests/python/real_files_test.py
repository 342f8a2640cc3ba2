"""Files that real programs write and that were once refused, misread or accused."""

import collections
import enum
import hashlib
import json
import operator
import os
import pathlib
import pickle
import struct
import time
import typing
import unittest
import warnings

import torch
from torch import nn

from state_cases import raw_bytes
from support import MLP, TempFolderTest, mlpctl, refused


class Colour(enum.Enum):
    RED = 1


class Settings(dict):
    """Pickled with keywords for the constructor."""

    def __getnewargs_ex__(self):
        return (), {"k": 1}


class Halves(torch.Tensor):
    """A tensor that holds its numbers in two others, as DTensor does."""

    @staticmethod
    def __new__(cls, left, right):
        shape = torch.Size([left.shape[0] + right.shape[0], *left.shape[1:]])
        return torch.Tensor._make_wrapper_subclass(cls, shape, dtype=left.dtype)

    def __init__(self, left, right):
        self.left, self.right = left, right

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return NotImplemented


def values(entries):
    return {entry["name"]: entry.get("value") for entry in entries}


class RealFiles(TempFolderTest):
    def saved(self, value, name="file.pt", **how):
        torch.save(value, self.path(name), **how)
        return self.path(name)

    def written(self, data, name="file.pkl"):
        pathlib.Path(self.path(name)).write_bytes(data)
        return self.path(name)

    def entries(self, file):
        return json.loads(mlpctl("load", file, "--list", "--json"))["entries"]

    def names(self, file):
        return [entry["name"] for entry in self.entries(file)]

    def assert_converts(self, file, expected, *options):
        """What save makes of the file holds these tensors."""
        mlpctl("save", "--from", file, "--out", self.path("out.pt"), *options)
        found = torch.load(self.path("out.pt"), weights_only=True)
        tensors = {k: v for k, v in found.items() if isinstance(v, torch.Tensor)}
        self.assertEqual(list(tensors), list(expected))
        for name, tensor in expected.items():
            self.assertEqual(tensors[name].dtype, tensor.dtype)
            self.assertEqual(raw_bytes(tensors[name]), raw_bytes(tensor), name)

    def test_the_constants_of_the_lite_interpreter(self):
        layer = nn.Linear(2, 3)
        frozen = torch.jit.freeze(torch.jit.script(nn.Sequential(layer).eval()))
        frozen._save_for_lite_interpreter(self.path("lite.ptl"))
        found = {e["name"]: e["shape"] for e in self.entries(self.path("lite.ptl")) if e["kind"] == "tensor"}
        self.assertEqual(sorted(found.values()), [[3], [3, 2]])
        whole = torch.jit.script(nn.Sequential(layer).eval())
        whole._save_for_lite_interpreter(self.path("whole.ptl"))
        self.assert_converts(self.path("whole.ptl"), {"0.weight": layer.weight, "0.bias": layer.bias})

    def test_what_is_named_and_not_called_is_not_malicious(self):
        state = {"w": torch.ones(2)}
        for value in (print, max, eval, str.split, typing.List[int], operator.lt, os.uname(), Colour.RED,
                      time.gmtime(0), os.stat("."), collections.OrderedDict.fromkeys, open):
            for protocol in (2, 4):
                with self.subTest(value=value, protocol=protocol):
                    file = self.saved({"model": state, "x": value}, pickle_protocol=protocol)
                    self.assertIn("model.w", self.names(file))
                    text = mlpctl("load", file, "--list")
                    self.assertNotIn("malicious", text)
                    self.assertNotIn("malicious", refused("load", file))

    def test_a_pickle_that_calls_is_told_what_it_calls(self):
        for data, called in (
            (b"cbuiltins\nexec\n(S'1'\ntR.", "builtins.exec"),
            (b"\x80\x02S'x'\n0cos\nsystem\n(S'true'\ntR.", "os.system"),
            (b"\x80\x04Vbuiltins\nVeval\n\x93V1+1\n\x85R.", "builtins.eval"),
            (b"(cposix\nsystem\nS'true'\no.", "posix.system"),
            (b"(S'true'\niposix\nsystem\n.", "posix.system"),
            (b"\x80\x02N0(1N2cbuiltins\neval\nX\x01\0\0\x001\x85R.", "builtins.eval"),
        ):
            with self.subTest(data=data):
                self.assertIn(f"calls {called}: this file is malicious", refused("load", self.written(data)))
        unknown = b"\x80\x02c_some.pager\npipe\n(X\x01\0\0\0atR."
        self.assertIn("calls _some.pager.pipe, which may run code", refused("load", self.written(unknown)))
        for protocol in range(6):
            plain = refused("load", self.written(pickle.dumps({"a": [1, 2.5, "x"]}, protocol)))
            self.assertIn("a Python pickle that torch.save did not write", plain)
            self.assertNotIn("load it", plain)

    def test_a_pickled_state_is_read_of_every_protocol(self):
        state = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).state_dict()
        state["half"] = torch.randn(5).half()
        state["part"] = torch.arange(100)[10:20:2]
        for protocol in range(6):
            with self.subTest(protocol=protocol):
                file = self.written(pickle.dumps(state, protocol))
                self.assertEqual(self.names(file), list(state))
                self.assert_converts(file, state)
        model = pickle.dumps({"model": state, "epoch": 3}, 4)
        self.assert_converts(self.written(model), state, "--key", "model")
        evil = pickle.dumps({"model": state, "x": Payload()}, 2)
        self.assertIn("malicious", refused("save", "--from", self.written(evil), "--out", self.path("x.pt")))
        self.assertIn("other data follows", refused("load", self.written(pickle.dumps(state) * 2)))

    def test_what_the_pickler_writes_of_values_in_themselves(self):
        for size in range(1, 6):
            inner = []
            loop = (inner, *range(1, size))
            inner.append(loop)
            for protocol in (2, 4):
                with self.subTest(size=size, protocol=protocol):
                    file = self.saved({"edge": loop, "w": torch.ones(2)}, pickle_protocol=protocol)
                    self.assertIn("w", self.names(file))
        for protocol in (2, 4):
            file = self.saved({"conf": Settings(a=1), "w": torch.ones(2)}, pickle_protocol=protocol)
            self.assertEqual(values(self.entries(file))["conf.a"], 1)

    def test_two_paths_of_one_text_are_two_entries(self):
        a, b = torch.zeros(1), torch.ones(1)
        for value, names in (
            ({"a": {"b": a}, "a.b": b}, ["a.b", "'a.b'"]),
            ({"a.b": b, "a": {"b": a}}, ["'a.b'", "a.b"]),
            ({0: a, "0": b}, ["[0]", "0"]),
            ({True: a, "True": b}, ["[True]", "True"]),
            ({0.5: a, 1.5: b}, ["[0.5]", "[1.5]"]),
        ):
            with self.subTest(value=value):
                file = self.saved(value)
                self.assertEqual(self.names(file), names)
                self.assertIn("the same 2 values", mlpctl("load", file, "--diff", file))
                out = self.path("out.safetensors")
                mlpctl("save", "--from", file, "--out", out)
                self.assertEqual(sorted(self.names(out)), sorted(names))
        other = self.saved({"a": {"b": a}, "a.b": a}, "other.pt")
        file = self.saved({"a": {"b": a}, "a.b": b})
        self.assertIn("'a.b'", mlpctl("load", file, "--diff", other, code=1))

    def test_limits_leave_room_for_what_people_save(self):
        state = {"w": torch.ones(2)}
        file = self.saved({"model": state, "losses": [i / 7 for i in range(900_000)]})
        self.assertEqual(mlpctl("load", file, "--list").count("\n"), 900_004)
        file = self.saved({"model": state, "stoi": {f"w{i}": i for i in range(800_000)}}, pickle_protocol=4)
        self.assertEqual(mlpctl("load", file, "--list").count("\n"), 800_004)
        key = "x" * 70_000
        self.assertEqual(self.names(self.saved({key: torch.zeros(1)})), [key])
        names = {f"model.layers.{i}.mlp.experts.{i % 997}.gate_up_proj.weight": i for i in range(250_000)}
        header = json.dumps({n: {"dtype": "U8", "shape": [1], "data_offsets": [i, i + 1]} for n, i in names.items()})
        self.assertGreater(len(header), 25 << 20)
        file = self.written(struct.pack("<Q", len(header)) + header.encode() + bytes(len(names)), "big.safetensors")
        self.assertIn("250000 tensors", mlpctl("load", file, "--list"))

    def test_json_keeps_numbers_that_it_has_no_form_for(self):
        numbers = {"nan": float("nan"), "inf": float("inf"), "low": -float("inf"), "wide": 2**63, "big": 10**1000,
                   "negative": -(2**200), "min": -(2**63), "power": 2**128}
        for protocol in (2, 4):
            file = self.saved({"w": torch.ones(1), **numbers}, pickle_protocol=protocol)
            text = mlpctl("load", file, "--list", "--json")
            found = values(json.loads(text)["entries"])
            self.assertEqual([found[k] for k in ("nan", "inf", "low")], ["NaN", "Infinity", "-Infinity"])
            for name in ("wide", "big", "negative", "min", "power"):
                self.assertEqual(found[name], numbers[name], name)
        self.assertIn(f"wide  {2**63}\n", mlpctl("load", file, "--list"))
        self.saved({"w": torch.tensor([1.0])}, "a.pt")
        self.saved({"w": torch.tensor([float("inf")])}, "b.pt")
        diff = json.loads(mlpctl("load", self.path("a.pt"), "--diff", self.path("b.pt"), "--json", code=1))
        self.assertEqual(diff["differences"][0]["max_absolute"], "Infinity")

    def test_a_tensor_of_tensors_is_one_entry_and_its_parts(self):
        warnings.simplefilter("ignore")
        file = self.saved({"fc.weight": Halves(torch.ones(1, 2), torch.zeros(3, 2))})
        entries = {entry["name"]: entry for entry in self.entries(file)}
        self.assertEqual(list(entries)[0], "fc.weight")
        self.assertEqual(entries["fc.weight"]["shape"], [4, 2])
        self.assertEqual(entries["fc.weight"]["dtype"], "float32")
        self.assertIn("Halves", entries["fc.weight"]["value"])
        self.assertEqual(entries["fc.weight.left"]["shape"], [1, 2])
        self.assertEqual(entries["fc.weight.right"]["shape"], [3, 2])
        self.assertIn("[4, 2] float32 (__main__.Halves)", mlpctl("load", file, "--list"))


    def test_the_list_says_why_a_file_is_so_big(self):
        whole = torch.arange(100_000.0)
        embedding = torch.randn(4, 3)
        file = self.saved({"a": whole[:10], "b": whole[20:], "emb": embedding, "head": embedding, "own": torch.ones(2)})
        lines = mlpctl("load", file, "--list").splitlines()
        self.assertTrue(lines[0].endswith("bytes in 3 storages of 400056 bytes"), lines[0])
        self.assertEqual(lines[1:], [
            "a  [10] float32 40 bytes, of a storage of 400000 bytes",
            "b  [99980] float32 399920 bytes, in the storage of a",
            "emb  [4, 3] float32 48 bytes",
            "head  [4, 3] float32 48 bytes, tied to emb",
            "own  [2] float32 8 bytes",
        ])
        listing = json.loads(mlpctl("load", file, "--list", "--hash", "--json"))
        self.assertEqual((listing["storages"], listing["storage_bytes"]), (3, 400056))
        by_name = {entry["name"]: entry for entry in listing["entries"]}
        self.assertEqual((by_name["head"]["tied_to"], by_name["b"]["storage_of"]), ("emb", "a"))
        for name, tensor in (("a", whole[:10]), ("b", whole[20:]), ("head", embedding)):
            self.assertEqual(by_name[name]["sha256"], hashlib.sha256(raw_bytes(tensor)).hexdigest())
        text = mlpctl("load", file, "--list", "--hash")
        self.assertIn(", tied to emb, sha256 " + by_name["emb"]["sha256"], text)
        state = {"t": torch.randn(3, 4).t(), "half": torch.randn(5).half(), "none": torch.zeros(0, 3)}
        hashed = {entry["name"]: entry["sha256"] for entry in
                  json.loads(mlpctl("load", self.saved(state), "--list", "--hash", "--json"))["entries"]}
        self.assertEqual(hashed, {n: hashlib.sha256(raw_bytes(t)).hexdigest() for n, t in state.items()})

    def test_wrappers_go_wherever_they_stand_in_a_name(self):
        state = MLP().state_dict()
        for wrapper in ("_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module."):
            inner = {name.replace("layers.2.", f"layers.2.{wrapper}"): value for name, value in state.items()}
            for wrapped in (inner, {name.replace("layers.", f"layers.{wrapper}"): v for name, v in state.items()}):
                file = self.saved({"module." + name: value for name, value in wrapped.items()})
                report = json.loads(mlpctl("load", file, "--json"))
                self.assertTrue(report["fits"])
                self.assertIn(wrapper, report["stripped"])
                self.saved(state, "plain.pt")
                mlpctl("load", file, "--diff", self.path("plain.pt"))
                self.assert_converts(self.saved({"x": wrapped, "y": torch.ones(1)}),
                                     state, "--key", "x", "--strip-prefix", wrapper, "--dtype", "float32")


class Payload:
    def __reduce__(self):
        return os.system, ("true",)


if __name__ == "__main__":
    unittest.main()
