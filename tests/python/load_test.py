"""What Python saves is what `mlpctl load` reads, tensor by tensor, in every usual form."""

import collections
import hashlib
import json
import unittest

import torch
from PIL import Image
from torch import nn
from torch.optim.swa_utils import AveragedModel

from support import MLP, TempFolderTest, mlpctl, refused


class Inner(nn.Module):
    """A network kept under another module's attribute, as Lightning does."""

    def __init__(self, name):
        super().__init__()
        self.add_module(name, MLP())


def checksums(state):
    return {
        name: hashlib.sha256(tensor.detach().float().contiguous().numpy().tobytes()).hexdigest()
        for name, tensor in state.items()
    }


class LoadTest(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.model = MLP()
        self.state = self.model.state_dict()

    def load(self, saved, *options, code=0, **how):
        file = self.path("saved.pt")
        torch.save(saved, file, **how)
        return json.loads(mlpctl("load", file, "--json", *options, code=code))

    def assert_loads(self, saved, expected=None, **how):
        report = self.load(saved, **how)
        self.assertTrue(report["fits"])
        self.assertEqual(report["parameters"], 1034264)
        found = {tensor["name"]: tensor["sha256"] for tensor in report["tensors"]}
        self.assertEqual(found, checksums(expected or self.state))
        return report

    def test_a_state_dict(self):
        report = self.assert_loads(self.state)
        self.assertEqual([t["name"] for t in report["tensors"]], list(self.state))
        self.assertEqual([tuple(t["shape"]) for t in report["tensors"]],
                         [tuple(t.shape) for t in self.state.values()])
        self.assert_loads(dict(self.state))
        self.assert_loads(collections.OrderedDict(reversed(self.state.items())))
        self.assert_loads(dict(self.model.named_parameters()))

    def test_older_and_other_containers(self):
        self.assert_loads(self.state, _use_new_zipfile_serialization=False)
        for protocol in (2, 3, 4, 5):
            self.assert_loads(self.state, pickle_protocol=protocol)

    def test_checkpoints_of_every_usual_shape(self):
        for key in ("state_dict", "model_state_dict", "model", "net", "network", "module", "ema"):
            with self.subTest(key=key):
                report = self.assert_loads({key: self.state, "epoch": 3, "args": {"lr": 0.1}})
                self.assertEqual(report["found_at"], key)

    def test_prefixes_in_any_order(self):
        for prefix in ("module.", "_orig_mod.", "model.", "net.", "module._orig_mod.",
                       "_orig_mod.module.", "model.net.module._orig_mod."):
            with self.subTest(prefix=prefix):
                saved = {prefix + name: tensor for name, tensor in self.state.items()}
                self.assertEqual(self.assert_loads(saved)["stripped"], prefix)
        self.assert_loads(Inner("model").state_dict() | {
            "model." + name: tensor for name, tensor in self.state.items()})

    def test_an_averaged_model(self):
        self.assert_loads(AveragedModel(self.model).state_dict())

    def test_the_bare_sequential(self):
        self.assert_loads(self.model.layers.state_dict())

    def test_views_of_other_memory(self):
        columns = {n: t.t().contiguous().t() if t.dim() == 2 else t for n, t in self.state.items()}
        self.assertFalse(columns["layers.2.weight"].is_contiguous())
        self.assert_loads(columns)
        flat = torch.cat([t.flatten() for t in self.state.values()])
        pieces, offset = {}, 0
        for name, tensor in self.state.items():
            pieces[name] = flat[offset : offset + tensor.numel()].view(tensor.shape)
            offset += tensor.numel()
        self.assert_loads(pieces)
        expanded = dict(self.state)
        expanded["layers.2.bias"] = torch.tensor([0.25]).expand(300)
        self.assert_loads(expanded, expanded)

    def test_every_floating_type(self):
        types = [torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn,
                 torch.float8_e5m2]
        for dtype in types:
            with self.subTest(dtype=dtype):
                saved = {name: tensor.to(dtype) for name, tensor in self.state.items()}
                report = self.assert_loads(saved, saved)
                self.assertEqual(report["tensors"][0]["dtype"], str(dtype).removeprefix("torch."))

    def test_what_cannot_be_weights_is_named(self):
        unfit = {
            "int64": lambda t: t.long(),
            "bool": lambda t: t > 0,
            "complex64": lambda t: t.to(torch.complex64),
        }
        for name, change in unfit.items():
            with self.subTest(dtype=name):
                saved = dict(self.state)
                saved["layers.6.bias"] = change(saved["layers.6.bias"])
                report = self.load(saved, code=1)
                self.assertFalse(report["fits"])
                self.assertEqual(report["mismatched"][0]["name"], "layers.6.bias")
                self.assertIn(name, json.dumps(report["mismatched"][0]))

    def refusal(self, saved):
        file = self.path("saved.pt")
        torch.save(saved, file)
        return refused("load", file)

    def test_what_is_no_dict_of_tensors_is_named(self):
        for saved, kind in ((3, "this is 3 without tensors"), ([1], "this is a list without"),
                            ({}, "this is a dict without"), (torch.ones(2), "[2] float32 without")):
            with self.subTest(kind=kind):
                self.assertIn(kind, self.refusal(saved))
        self.assertIn("this is a whole pickled model of class Linear, and its tensors (weight, bias)",
                      self.refusal(nn.Linear(2, 2)))
        file = self.path("frozen.pt")
        torch.jit.freeze(torch.jit.script(self.model.eval())).save(file)
        self.assertIn("torch.jit.freeze", refused("load", file))

    def test_all_misfits_at_once(self):
        saved = dict(self.state)
        del saved["layers.0.bias"]
        saved["layers.8.bias"] = torch.zeros(2)
        saved["layers.6.bias"] = torch.zeros(11)
        report = self.load(saved, code=1)
        self.assertEqual(report["missing"], ["layers.0.bias"])
        self.assertEqual(report["unexpected"], ["layers.8.bias"])
        self.assertEqual([m["name"] for m in report["mismatched"]], ["layers.6.bias"])

    def test_two_states_need_a_choice(self):
        other = MLP().state_dict()
        both = {"model": self.state, "ema": other}
        file = self.path("both.pt")
        torch.save(both, file)
        mlpctl("load", file, code=1)
        for key, state in both.items():
            report = json.loads(mlpctl("load", file, "--json", "--key", key))
            found = {tensor["name"]: tensor["sha256"] for tensor in report["tensors"]}
            self.assertEqual(found, checksums(state))
        self.assert_loads({"model": self.state, "ema": self.state})
        picture = self.path("black.png")
        Image.new("L", (28, 28)).save(picture)
        mlpctl("predict", "--model", file, picture, code=1)
        mlpctl("predict", "--model", file, "--key", "ema", picture)

    def test_not_finite_weights(self):
        for value in (float("nan"), float("inf")):
            saved = {name: tensor.clone() for name, tensor in self.state.items()}
            saved["layers.4.bias"][3] = value
            file = self.path("bad.pt")
            torch.save(saved, file)
            mlpctl("load", file, code=1)
            mlpctl("load", file, "--allow-nonfinite")

    def test_safetensors(self):
        import safetensors.torch

        file = self.path("mlp.safetensors")
        safetensors.torch.save_file(self.state, file)
        report = json.loads(mlpctl("load", file, "--json"))
        found = {tensor["name"]: tensor["sha256"] for tensor in report["tensors"]}
        self.assertEqual(found, checksums(self.state))

    def test_diff_says_what_differs(self):
        changed = {name: tensor.clone() for name, tensor in self.state.items()}
        changed["layers.0.bias"][0] += 0.5
        a, b = self.path("a.pt"), self.path("b.pt")
        torch.save(self.state, a)
        torch.save(changed, b)
        self.assertIn("layers.0.bias", mlpctl("load", a, "--diff", b, code=1))
        mlpctl("load", a, "--diff", a)

    def test_diff_sees_what_is_no_plain_tensor(self):
        quantised = lambda scale: torch.quantize_per_tensor(torch.ones(3), scale, 0, torch.qint8)
        pairs = {
            "sparse": (torch.eye(3).to_sparse(), (torch.eye(3) * 2).to_sparse()),
            "csr": (torch.eye(3).to_sparse_csr(), (torch.eye(3) * 2).to_sparse_csr()),
            "scale": (quantised(0.5), quantised(0.25)),
            "nested": tuple(torch.nested.nested_tensor([torch.full((2,), value), torch.ones(3)])
                            for value in (1.0, 2.0)),
        }
        a, b = self.path("a.pt"), self.path("b.pt")
        for name, (first, second) in pairs.items():
            with self.subTest(name):
                torch.save({"t": first}, a)
                torch.save({"t": second}, b)
                mlpctl("load", a, "--diff", a)
                self.assertIn("t", mlpctl("load", a, "--diff", b, code=1))

    def test_a_whole_model_is_walked_and_not_run(self):
        file = self.path("whole.pt")
        torch.save(self.model, file)
        report = json.loads(mlpctl("load", file, "--json"))
        found = {tensor["name"]: tensor["sha256"] for tensor in report["tensors"]}
        self.assertEqual(found, checksums(self.state))


class Frozen(TempFolderTest):
    """torch.jit.freeze moves the weights from the modules to the constants."""

    def frozen(self, name, bias):
        module = nn.Linear(4, 3).eval()
        nn.init.constant_(module.weight, 0.5)
        nn.init.constant_(module.bias, bias)
        torch.jit.freeze(torch.jit.script(module)).save(self.path(name))
        return self.path(name)

    def test_its_weights_are_listed_and_compared(self):
        first, other = self.frozen("a.pt", 0.25), self.frozen("b.pt", 0.75)
        entries = json.loads(mlpctl("load", "--list", "--json", first))["entries"]
        tensors = [entry for entry in entries if "shape" in entry]
        self.assertEqual(sorted(entry["shape"] for entry in tensors), [[3], [3, 4]])
        self.assertTrue(all(entry["name"].startswith("constants.") for entry in tensors))
        mlpctl("load", first, "--diff", first)
        differences = mlpctl("load", first, "--diff", other, code=1)
        bias = next(entry["name"] for entry in tensors if entry["shape"] == [3])
        weight = next(entry["name"] for entry in tensors if entry["shape"] == [3, 4])
        self.assertIn(bias, differences)
        self.assertNotIn(weight, differences)


if __name__ == "__main__":
    unittest.main()
