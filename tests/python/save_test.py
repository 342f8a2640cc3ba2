"""What `mlpctl save` writes is what Python takes: torch.load, load_state_dict, safetensors."""

import contextlib
import importlib.util
import json
import pathlib
import unittest
import zipfile

import torch
from support import MLP, TempFolderTest, mlpctl


def calculating_offsets(calculate):
    """torch.load works out where storages lie, which PyTorch can since 2.7, or asks the archive."""
    if importlib.util.find_spec("torch.utils.serialization") is None:
        return contextlib.nullcontext()
    from torch.utils.serialization import config

    return config.patch({"load.calculate_storage_offsets": calculate})


class SaveTest(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.pt = self.path("mlp.pt")
        mlpctl("save", "--init", "--seed", "3", "--out", self.pt)
        self.state = torch.load(self.pt, weights_only=True)

    def assert_same(self, other, dtype=torch.float32):
        self.assertEqual(list(other), list(self.state))
        for name, tensor in self.state.items():
            self.assertEqual(other[name].dtype, dtype)
            self.assertTrue(torch.equal(other[name], tensor.to(dtype)), name)

    def test_loads_strictly_into_the_network(self):
        self.assertIs(type(self.state), dict)
        self.assertEqual(list(self.state), list(MLP().state_dict()))
        MLP().load_state_dict(self.state, strict=True)

    def test_loads_in_every_way_that_torch_offers(self):
        for mmap in (False, True):
            for calculate in (False, True):
                with self.subTest(mmap=mmap, calculate=calculate):
                    with calculating_offsets(calculate):
                        self.assert_same(torch.load(self.pt, weights_only=True, mmap=mmap))
        self.assert_same(torch.load(self.pt, weights_only=False))

    def test_calls_nothing_that_torch_would_have_to_trust(self):
        self.assertEqual(torch.serialization.get_unsafe_globals_in_checkpoint(self.pt), [])

    def test_zip_tools_find_it_sound(self):
        with zipfile.ZipFile(self.pt) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist()[0], "archive/data.pkl")
            self.assertTrue(all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist()))

    def test_same_weights_give_the_same_bytes(self):
        again = self.path("another-name.pth")
        mlpctl("save", "--from", self.pt, "--out", again)
        self.assertEqual(self.read(again), self.read(self.pt))

    def test_legacy_stream(self):
        legacy = self.path("legacy.pt")
        mlpctl("save", "--from", self.pt, "--out", legacy, "--format", "legacy")
        self.assertFalse(zipfile.is_zipfile(legacy))
        self.assert_same(torch.load(legacy, weights_only=True))

    def test_safetensors(self):
        import safetensors.torch

        file = self.path("mlp.safetensors")
        mlpctl("save", "--from", self.pt, "--out", file)
        state = safetensors.torch.load_file(file)
        self.assert_same({name: state[name] for name in self.state})
        with safetensors.safe_open(file, "pt") as opened:
            metadata = opened.metadata()
        self.assertEqual(metadata["format"], "pt")
        self.assertEqual(json.loads(metadata["mlpctl"])["preprocess"], "digit")

    def test_half_precision_rounds_as_torch_does(self):
        for dtype in ("float16", "bfloat16"):
            for ending in ("pt", "safetensors"):
                with self.subTest(dtype=dtype, ending=ending):
                    file = self.path(f"{dtype}.{ending}")
                    mlpctl("save", "--from", self.pt, "--out", file, "--dtype", dtype)
                    self.assert_same(self.load_any(file), getattr(torch, dtype))

    def load_any(self, file):
        import safetensors.torch

        if pathlib.Path(file).suffix != ".safetensors":
            return torch.load(file, weights_only=True)
        state = safetensors.torch.load_file(file)
        return {name: state[name] for name in self.state}

    def test_initial_values_have_the_distribution_of_torch(self):
        for name, tensor in self.state.items():
            weight = self.state[name.replace("bias", "weight")]
            bound = weight[0].numel() ** -0.5
            self.assertLessEqual(tensor.abs().max().item(), bound)
            if tensor.numel() > 1000:
                uniform = bound / 3**0.5
                self.assertAlmostEqual(tensor.std().item() / uniform, 1, delta=0.05)
                self.assertAlmostEqual(tensor.mean().item() / uniform, 0, delta=0.05)


if __name__ == "__main__":
    unittest.main()
