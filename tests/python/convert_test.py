"""`mlpctl save` of any network, compared bit by bit with what torch and safetensors see."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import safetensors
import safetensors.torch
import torch
from torch import nn

import make_state_files
from state_cases import digest, raw_bytes
from support import MLPCTL, TempFolderTest, mlpctl, refused

# Types that safetensors has no code for, and layouts that no file written here can hold.
NOT_IN_SAFETENSORS = {"complex32", "complex128", "bits8", "bits16", "bits1x8", "bits2x4", "bits4x2"}


def entry_of(name, tensor):
    return name, str(tensor.dtype).removeprefix("torch."), list(tensor.shape), digest(raw_bytes(tensor))


def expected(case):
    """What the copy of a generated file must hold, by name."""
    return sorted((e["name"] or "tensor", e["dtype"], e["shape"], e["sha256"]) for e in case.tensors)


def stderr_of(*arguments):
    done = subprocess.run([MLPCTL, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{arguments} gave {done.returncode}: {done.stderr}")
    return done.stderr


def load_pt(path):
    return torch.load(path, weights_only=True)


def metadata_of(path):
    with safetensors.safe_open(path, "pt") as opened:
        return opened.metadata()


class EveryValidFile(unittest.TestCase):
    """Every file that the generators make, to each format."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cases = make_state_files.make(cls.folder, cls.folder / "canary")
        cls.cases = [case for case in cases if case.tensors]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def convert(self, case, out):
        copied = self.folder / out
        done = subprocess.run(
            [MLPCTL, "save", "--include", "*", "--from", self.folder / case.name, "--out", copied],
            capture_output=True,
            text=True,
        )
        return copied, done

    def is_writable(self, case, not_written):
        return case.name != "expanded.pt" and all(
            entry["layout"] == "strided" and entry["dtype"] not in not_written for entry in case.tensors
        )

    def assert_refused(self, done):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("cannot hold", done.stderr)

    def resolved(self, case, tensors):
        """Conjugated and negated views are written as the numbers that they stand for."""
        if not any(entry["conj"] or entry["neg"] for entry in case.tensors):
            return tensors
        source = torch.load(self.folder / case.name)
        return sorted(entry_of(k, v.resolve_conj().resolve_neg()) for k, v in source.items())

    def test_to_pt(self):
        copies = 0
        for case in self.cases:
            with self.subTest(case.name):
                copied, done = self.convert(case, "copy.pt")
                if not self.is_writable(case, ()):
                    self.assert_refused(done)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                state = {k: v for k, v in load_pt(copied).items() if isinstance(v, torch.Tensor)}
                found = sorted(entry_of(name, tensor) for name, tensor in state.items())
                self.assertEqual(found, self.resolved(case, expected(case)))
                copies += 1
        self.assertGreater(copies, 30)

    def test_to_safetensors(self):
        for case in self.cases:
            with self.subTest(case.name):
                copied, done = self.convert(case, "copy.safetensors")
                if not self.is_writable(case, NOT_IN_SAFETENSORS):
                    self.assert_refused(done)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                state = safetensors.torch.load_file(copied)
                for tied, kept in metadata_of(copied).items():
                    if kept in state and tied not in state:
                        state[tied] = state[kept]
                found = sorted(entry_of(name, tensor) for name, tensor in state.items())
                self.assertEqual(found, self.resolved(case, expected(case)))

    def test_legacy(self):
        for case in self.cases:
            if case.name in ("dtypes.pt", "views.pt", "tied.pt", "training.pt"):
                out = self.folder / "copy-legacy.pt"
                mlpctl("save", "--include", "*", "--from", self.folder / case.name, "--out", out,
                       "--format", "legacy")
                state = {k: v for k, v in load_pt(out).items() if isinstance(v, torch.Tensor)}
                found = sorted(entry_of(name, tensor) for name, tensor in state.items())
                self.assertEqual(found, expected(case), case.name)


class ConvertTest(TempFolderTest):
    def save(self, value, name="in.pt"):
        path = self.path(name)
        torch.save(value, path)
        return path

    def convert(self, source, out, *options):
        path = self.path(out)
        mlpctl("save", "--from", source, "--out", path, *options)
        return path

    def names(self, path):
        return sorted(load_pt(path))

    def test_the_file_is_the_one_that_safetensors_writes(self):
        floats = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn]
        state = {f"layer.{i % 3}.{i}": torch.randn(3, i + 1).to(d) for i, d in enumerate(floats)}
        state |= {f"n{d}": torch.arange(5).to(d) for d in (torch.int64, torch.uint8, torch.bool, torch.int16)}
        state["Umlaut \u00e4 \" \\ \u0001"] = torch.randn(2)
        if hasattr(torch, "float4_e2m1fn_x2"):  # Since 2.8.
            state["four"] = torch.arange(8, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
        state["complex"] = torch.randn(2, dtype=torch.complex64)
        reference = self.path("reference.safetensors")
        safetensors.torch.save_file(state, reference, metadata={"format": "pt"})
        copied = self.convert(self.save(state), "copy.safetensors")
        self.assertEqual(self.read(copied), self.read(reference))
        again = self.convert(reference, "again.safetensors")
        self.assertEqual(self.read(again), self.read(reference))
        back = load_pt(self.convert(reference, "back.pt"))
        for name, tensor in state.items():
            self.assertEqual(entry_of(name, tensor), entry_of(name, back[name]))

    def test_types_that_only_safetensors_has(self):
        # Torch has no six-bit floats: the file is made by hand.
        entries = {"six": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [0, 3]}}
        header = json.dumps(entries).encode()
        header += b" " * (-len(header) % 8)
        source = pathlib.Path(self.path("six.safetensors"))
        source.write_bytes(len(header).to_bytes(8, "little") + header + b"\1\2\3")
        copied = self.convert(source, "copy.safetensors")
        self.assertTrue(self.read(copied).endswith(b"\1\2\3"))
        self.assertIn("six ([4] float6_e2m3)", refused("save", "--from", source, "--out", self.path("x.pt")))

    def test_ties_stay_ties(self):
        weight = torch.randn(4, 3)
        state = {"head": weight, "emb": weight, "alone": weight.clone(), "back": weight.t(), "more": weight.t()}
        source = self.save(state)
        copied = self.convert(source, "copy.safetensors")
        self.assertEqual(metadata_of(copied), {"format": "pt", "head": "emb", "more": "back"})
        loaded = safetensors.torch.load_file(copied)
        self.assertEqual(sorted(loaded), ["alone", "back", "emb"])
        self.assertTrue(torch.equal(loaded["back"], weight.t()))
        for path in (self.convert(source, "copy.pt"), self.convert(copied, "back.pt")):
            tied = load_pt(path)
            self.assertEqual(sorted(tied), sorted(state))
            for name, tensor in state.items():
                self.assertTrue(torch.equal(tied[name], tensor), name)
            self.assertEqual(tied["head"].data_ptr(), tied["emb"].data_ptr())
            self.assertEqual(tied["more"].data_ptr(), tied["back"].data_ptr())
            self.assertNotEqual(tied["head"].data_ptr(), tied["alone"].data_ptr())

    def test_a_transposed_tie_and_overlapping_slices_stay_tied_in_pt(self):
        weight = torch.randn(4, 3)
        flat = torch.randn(100)
        state = {"w": weight, "t": weight.t(), "a": flat[:60], "b": flat[40:]}
        tied = load_pt(self.convert(self.save(state), "copy.pt"))
        tied["w"][1, 2] = 7
        self.assertEqual(tied["t"][2, 1].item(), 7)
        tied["a"][50] = 9
        self.assertEqual(tied["b"][10].item(), 9)

    def test_parts_of_a_storage_are_saved_alone(self):
        base = torch.randn(100_000)
        grid = torch.randn(50, 90)
        state = {"a": base[:10], "z": base[-10:], "left": grid[:, :30], "right": grid[:, 30:]}
        source = self.save(state)
        for out in ("copy.pt", "copy.safetensors"):
            copied = self.convert(source, out)
            self.assertLess(os.path.getsize(copied), 25_000)
            loaded = load_pt(copied) if out.endswith("pt") else safetensors.torch.load_file(copied)
            for name, tensor in state.items():
                self.assertTrue(torch.equal(loaded[name], tensor), name)
                self.assertTrue(loaded[name].is_contiguous())

    def test_what_is_not_a_tensor(self):
        state = {
            "model": {"w": torch.ones(2)},
            "epoch": 3,
            "name": "caf\u00e9",
            "lr": 0.1,
            "nan": float("nan"),
            "big": -(2**80),
            "flag": True,
            "nothing": None,
            "empty": {},
            "config": {"layers": [1, 2], "act": ("relu", None), 5: {"x": float("-inf")}},
            "mode": {1, 2},
            "mixed": [1, torch.zeros(1)],
            "format": "mine",
        }
        source = self.save(state)
        copied = self.path("copy.safetensors")
        said = stderr_of("save", "--from", source, "--out", copied)
        self.assertEqual(
            metadata_of(copied),
            {
                "format": "pt",
                "epoch": "3",
                "name": "caf\u00e9",
                "lr": "0.1",
                "nan": '"NaN"',
                "big": str(-(2**80)),
                "flag": "true",
                "nothing": "null",
                "config": '{"layers":[1,2],"act":["relu",null],"5":{"x":"-Infinity"}}',
                "mixed.0": "1",
                "mode": "[1,2]",
            },
        )
        self.assertEqual(sorted(safetensors.torch.load_file(copied)), ["mixed.1", "model.w"])
        self.assertIn("left out: format ('mine')", said)
        kept = load_pt(self.convert(source, "copy.pt"))
        self.assertEqual(kept["config"], state["config"])
        self.assertEqual((kept["epoch"], kept["name"], kept["mixed.0"]), (3, "caf\u00e9", 1))
        self.assertNotIn("mode", kept)

    def test_choosing_and_renaming(self):
        state = {"model": {"module._orig_mod.fc.gamma": torch.ones(2), "module._orig_mod.fc.beta": torch.zeros(2),
                           "module._orig_mod.head.w": torch.ones(1)}, "optim": {"m": torch.ones(3)}}
        source = self.save(state)
        model = self.convert(source, "model.pt", "--key", "model")
        self.assertEqual(self.names(model), sorted(state["model"]))
        self.assertEqual(self.names(self.convert(source, "m.pt", "--key", "optim")), ["m"])
        self.assertEqual(self.names(self.convert(source, "m.pt", "--key", "optim.m")), ["m"])
        plain = self.convert(model, "plain.pt", "--strip-prefix", "_orig_mod.", "--strip-prefix", "module.")
        self.assertEqual(self.names(plain), ["fc.beta", "fc.gamma", "head.w"])
        some = self.convert(plain, "some.pt", "--include", "fc.*", "--include", "head*", "--exclude", "*beta")
        self.assertEqual(self.names(some), ["fc.gamma", "head.w"])
        other = self.convert(plain, "other.pt", "--rename", "*.gamma=*.weight", "--rename", "fc=norm.0",
                             "--rename", "head.w=out")
        self.assertEqual(self.names(other), ["norm.0.beta", "norm.0.weight", "out"])
        under = self.convert(plain, "under.pt", "--rename", "=net.", "--rename", "net.head=")
        self.assertEqual(self.names(under), ["net.fc.beta", "net.fc.gamma", "w"])
        self.assertIn("--strip-prefix module. ", stderr_of("save", "--from", model, "--out", self.path("x.pt")))
        self.assertIn("--strip-prefix _orig_mod. ", stderr_of("save", "--from", model, "--out", self.path("x.pt")))

    def test_what_chooses_nothing_is_refused(self):
        source = self.save({"a": {"w": torch.ones(2)}, "b": {"w": torch.ones(2)}})
        out = self.path("x.pt")
        self.assertIn("a, b", refused("save", "--from", source, "--out", out, "--key", "c"))
        for options in (["--include", "x*"], ["--exclude", "x*"], ["--strip-prefix", "x."], ["--rename", "x=y"],
                        ["--rename", "x"], ["--dtype", "int8"]):
            mlpctl("save", "--from", source, "--out", out, *options, code=2)
        twice = refused("save", "--from", source, "--out", out, "--rename", "b=a")
        self.assertIn("two entries are called a.w", twice)
        self.assertIn("no tensor", refused("save", "--from", source, "--out", out, "--exclude", "*"))
        self.assertFalse(os.path.exists(out))

    def test_dtype_converts_floats_alone(self):
        values = torch.tensor([1.0, -0.1, 3e-6, 65504, float("nan"), float("inf"), 1e30, 2.0009765625])
        floats = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.float8_e5m2]
        state = {str(d): values.to(d) for d in floats} | {"t": torch.randn(5, 3).t(), "i": torch.arange(3),
                                                         "b": torch.tensor([True]), "c": torch.randn(2, dtype=torch.complex64)}
        source = self.save(state)
        for name in ("float64", "float32", "float16", "bfloat16"):
            dtype = getattr(torch, name)
            for out in ("copy.pt", "copy.safetensors"):
                copied = self.convert(source, out, "--dtype", name)
                loaded = load_pt(copied) if out.endswith("pt") else safetensors.torch.load_file(copied)
                for key, tensor in state.items():
                    wanted = tensor.to(dtype) if tensor.is_floating_point() else tensor
                    self.assertEqual(loaded[key].dtype, wanted.dtype)
                    self.assertTrue(torch.equal(loaded[key].nan_to_num(5), wanted.nan_to_num(5))
                                    if wanted.is_floating_point() else torch.equal(loaded[key], wanted), key)

    def test_the_networks_own_file_is_checked(self):
        own = self.path("own.pt")
        mlpctl("save", "--init", "--out", own)
        state = load_pt(own)
        half = self.save({"module." + k: v.half() for k, v in state.items()}, "half.pt")
        copied = load_pt(self.convert(half, "copy.pt"))
        self.assertEqual(list(copied), list(state))
        self.assertEqual(copied["layers.0.bias"].dtype, torch.float32)
        other = self.save(nn.Linear(2, 2).state_dict(), "other.pt")
        self.assertIn("layers.0.weight", refused("save", "--fit", "--from", other, "--out", self.path("x.pt")))
        mlpctl("save", "--fit", "--from", half, "--out", self.path("x.pt"))
        mlpctl("save", "--fit", "--include", "*", "--from", half, "--out", self.path("x.pt"), code=2)

    def test_a_bare_tensor_has_a_name(self):
        self.assertEqual(self.names(self.convert(self.save(torch.ones(2)), "copy.pt")), ["tensor"])

    def test_a_damaged_storage_gives_no_file(self):
        source = self.save({"w": torch.arange(200_000.0), "v": torch.ones(3)})
        data = bytearray(self.read(source))
        data[400_000] ^= 1
        pathlib.Path(source).write_bytes(data)
        out = self.path("x.safetensors")
        self.assertIn("checksum", refused("save", "--from", source, "--out", out))
        self.assertFalse(os.path.exists(out))

    def test_modules_load_again(self):
        module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
        for name in ("whole.pt", "script.pt"):
            source = self.path(name)
            torch.jit.script(module).save(source) if name == "script.pt" else torch.save(module, source)
            module_copy = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
            module_copy.load_state_dict(load_pt(self.convert(source, "copy.pt")), strict=True)
            safetensors.torch.load_model(module_copy, self.convert(source, "copy.safetensors"))


if __name__ == "__main__":
    unittest.main()
