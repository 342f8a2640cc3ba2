"""Files that PyTorch itself writes today, of every kind."""

import argparse
import collections
import enum
import pathlib
import types

import numpy as np
import safetensors.torch
import torch
from torch import nn

from state_cases import describe, described, digest, network, raw_bytes

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
FLOAT8 = [torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz]
INTEGERS = [torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8]
UNSIGNED = [torch.uint16, torch.uint32, torch.uint64]
COMPLEX = [torch.complex64, torch.complex128]


def of_dtype(dtype):
    if dtype in INTEGERS + UNSIGNED:
        return torch.randint(0, 100, (3, 4)).to(dtype)
    if dtype == torch.bool:
        return torch.rand(5) > 0.5
    return torch.randn(4, 3, dtype=torch.complex64 if dtype in COMPLEX else None).to(dtype)


def add_modes(folder):
    state = network()
    folder.save("plain.pt", state, described(state))
    folder.save("ordered.pt", collections.OrderedDict(state), described(state))
    for protocol in (2, 3, 4, 5):
        options = {"pickle_protocol": protocol}
        folder.save(f"protocol{protocol}.pt", state, described(state), **options)
        options["_use_new_zipfile_serialization"] = False
        folder.save(f"legacy{protocol}.pt", state, described(state), **options)
    torch.serialization.set_crc32_options(False)
    folder.save("no_crc.pt", state, described(state))
    torch.serialization.set_crc32_options(True)
    safetensors.torch.save_file(state, folder.file("plain.safetensors"), metadata={"format": "pt"})
    folder.valid("plain.safetensors", described(dict(sorted(state.items()))))


def add_dtypes(folder):
    state = {str(d): of_dtype(d) for d in [*FLOATS, *FLOAT8, *INTEGERS, *UNSIGNED, *COMPLEX, torch.bool]}
    folder.save("dtypes.pt", state, described(state))
    folder.save("dtypes_legacy.pt", state, described(state), _use_new_zipfile_serialization=False)
    storable = {k: v for k, v in state.items() if v.dtype not in (*COMPLEX, *FLOAT8)}
    safetensors.torch.save_file(storable, folder.file("dtypes.safetensors"))
    folder.valid("dtypes.safetensors", described(storable))


def add_views(folder):
    base = torch.randn(6, 8)
    state = {
        "transposed": base.t(),
        "offset": base[2:, 3:5],
        "strided": base[::2, ::3],
        "expanded": torch.randn(4, 1).expand(4, 7),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "one": torch.randn(1, 1, 1).expand(1, 5, 1),
        "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "permuted": torch.randn(2, 3, 4).permute(2, 0, 1),
        "diagonal": torch.randn(5, 5).diagonal(),
    }
    for name, options in {"views.pt": {}, "views_legacy.pt": {"_use_new_zipfile_serialization": False}}.items():
        folder.save(name, state, described(state), **options)
    tied = torch.randn(3, 3)
    folder.save("tied.pt", {"a": tied, "b": tied, "c": tied[1]}, described({"a": tied, "b": tied, "c": tied[1]}))
    safetensors.torch.save_file({"s": torch.tensor(1.0), "z": torch.zeros(0, 4)}, folder.file("small.safetensors"))
    folder.valid("small.safetensors", described({"s": torch.tensor(1.0), "z": torch.zeros(0, 4)}))


def add_unusual_tensors(folder):
    base = torch.randn(3, dtype=torch.complex64)
    folder.save("conj.pt", {"conj": base.conj()}, [describe("conj", base, conj=True)])
    folder.save("neg.pt", {"neg": base.conj().imag}, [describe("neg", base.imag, neg=True)])
    packed = torch.randint(0, 256, (3, 4), dtype=torch.uint8)
    if hasattr(torch, "float4_e2m1fn_x2"):  # Since 2.8.
        four = packed.view(torch.float4_e2m1fn_x2)
        folder.save("float4.pt", {"f": four}, [describe("f", packed, dtype="float4_e2m1fn_x2")])
    sparse = torch.eye(3).to_sparse()
    plain = {"shape": [3, 3], "sha256": None, "layout": "sparse"}
    folder.save("sparse.pt", {"s": sparse}, [describe("s", torch.eye(3), **plain)])
    folder.save("csr.pt", {"s": torch.eye(3).to_sparse_csr()}, [describe("s", torch.eye(3), **plain)])
    quantised = torch.quantize_per_tensor(torch.randn(4), 0.1, 10, torch.quint8)
    entry = describe("q", quantised.int_repr(), dtype="quint8", layout="quantised")
    folder.save("quantised.pt", {"q": quantised}, [entry])
    scales, zeros = torch.full((4,), 0.1), torch.zeros(4)
    packed = torch.quantize_per_channel(torch.randn(4, 6), scales, zeros, 0, torch.quint4x2)
    stored = digest(bytes(packed.untyped_storage()))
    entry = describe("q", torch.empty(4, 6), dtype="quint4x2", layout="quantised", sha256=stored)
    folder.save("packed.pt", {"q": packed}, [entry])
    raw = torch.randint(0, 256, (8,), dtype=torch.uint8)
    bits = {name: raw.view(getattr(torch, name)) for name in ("bits8", "bits16", "bits2x4")}
    stored = {"dtype": "bits16", "shape": [4], "sha256": digest(raw_bytes(raw))}
    entries = [describe("bits8", raw, dtype="bits8"), describe("bits16", raw, **stored)]
    folder.save("bits.pt", bits, [*entries, describe("bits2x4", raw, dtype="bits2x4")])
    meta = torch.empty(2, 3, device="meta")
    entry = describe("m", torch.empty(2, 3), layout="meta", sha256=None)
    folder.save("meta.pt", {"m": meta}, [entry])
    nested = torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(1, 3)])
    entry = describe("n", torch.empty(0), layout="nested", sha256=None, shape=[])
    folder.save("nested.pt", {"n": nested}, [entry])


class Tagged(torch.Tensor):
    pass


def add_parameters(folder):
    weight = nn.Parameter(torch.randn(3, 2))
    folder.save("parameter.pt", {"w": weight}, described({"w": weight}))
    weight.tag = "kept beside the values"
    folder.save("parameter_state.pt", {"w": weight}, described({"w": weight}))
    folder.save("frozen.pt", [nn.Parameter(torch.ones(2), False)], [describe("0", torch.ones(2))])
    tagged = torch.randn(2, 2).as_subclass(Tagged)
    plain = tagged.as_subclass(torch.Tensor)
    folder.save("subclass.pt", {"t": tagged}, [describe("t", plain)], (f"{Tagged.__module__}.Tagged",))
    buffer = nn.Buffer(torch.randn(3))
    folder.save("buffer.pt", {"b": buffer}, [describe("b", buffer.detach())])


def add_checkpoints(folder):
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(5, 4)).sum().backward()
    optimizer.step()
    state = model.state_dict()
    lightning = {
        "epoch": 3,
        "pytorch-lightning_version": "2.1.0",
        "state_dict": {"model." + key: value for key, value in state.items()},
        "hparams_name": "kwargs",
        "hyper_parameters": argparse.Namespace(lr=0.1, path=pathlib.PurePosixPath("x")),
        "best": np.float64(0.5),
        "array": np.arange(3),
        "callbacks": {("a", 1): {"seen"}, "wide": 2**80, "bytes": b"\x00\xff", "none": None},
    }
    tensors = [describe("state_dict.model." + key, value) for key, value in state.items()]
    path = f"{pathlib.PurePosixPath.__module__}.PurePosixPath"
    foreign = ("argparse.Namespace", path, "numpy._core.multiarray.scalar")
    folder.save("lightning.ckpt", lightning, tensors, foreign)
    full = {"model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(), "epoch": 1}
    tensors = [describe("model_state_dict." + key, value) for key, value in state.items()]
    for index, slots in optimizer.state_dict()["state"].items():
        tensors += [describe(f"optimizer_state_dict.state.{index}.{k}", v) for k, v in slots.items()]
    folder.save("training.pt", full, tensors)
    wrapped = {"module._orig_mod." + key: value for key, value in state.items()}
    folder.save("ddp.pt", wrapped, described(wrapped))


class Outer:
    class Mode(enum.Enum):
        TRAIN = "train"

    class Note:
        def __init__(self, text):
            self.text = text

        def shout(self):
            return self.text.upper()


class Stateful:
    """Its state is no dict."""

    def __init__(self, weight):
        self.weight = weight

    def __getstate__(self):
        return (1, self.weight, None)

    def __setstate__(self, state):
        self.weight = state[1]


def add_objects(folder):
    """Classes inside classes and methods are pickled with builtins.getattr, and are harmless."""
    state = {"w": torch.randn(2)}
    beside = {"mode": Outer.Mode.TRAIN, "note": Outer.Note("x"), "call": Outer.Note("y").shout}
    tensors = [describe("w", state["w"])]
    for protocol in (2, 4):
        name, options = f"inner{protocol}.pt", {"pickle_protocol": protocol}
        folder.save(name, state | beside, tensors, (f"{Outer.__module__}.Outer.Note",), **options)
        folder.save(f"builtin{protocol}.pt", state | {"relu": torch.relu}, tensors, **options)
    folder.save("lazy.pt", {"m": nn.LazyLinear(2)} | state, tensors)
    folder.save("state.pt", [Stateful(state["w"])], [describe("0.1", state["w"])])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.BatchNorm2d(2))
        self.scale = nn.Parameter(torch.randn(2))
        self.register_buffer("kept", torch.randn(3))
        self.register_buffer("passing", torch.randn(3), persistent=False)

    def forward(self, x):
        return self.layers(x) * self.scale.sum() + self.kept.sum()


def module_entries(module):
    trained = dict(module.named_parameters())
    return [
        describe(key, value, requires_grad=key in trained) for key, value in module.state_dict().items()
    ]


def add_modules(folder):
    net = Net()
    unbuilt = (f"{Net.__module__}.Net", "torch.nn.modules.container.Sequential")
    folder.save("module.pt", net, module_entries(net), unbuilt)
    folder.save("module_legacy.pt", net, module_entries(net), unbuilt, _use_new_zipfile_serialization=False)
    small = nn.Linear(2, 2)
    named = [entry | {"name": "net." + entry["name"]} for entry in module_entries(small)]
    folder.save("module_in_dict.pt", {"net": small, "note": types.SimpleNamespace(a=1)}, named)
    for name, script in {"scripted": torch.jit.script(net), "traced": torch.jit.trace(net, torch.randn(1, 1, 5, 5))}.items():
        script.save(str(folder.file(name + ".pt")))
        entries = module_entries(net)
        passing = describe("passing", net.passing)
        folder.valid(name + ".pt", sorted(entries + [passing], key=lambda e: e["name"]))


def add_quantised_module(folder):
    model = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 2)), {nn.Linear})
    weight, bias = model.state_dict()["0._packed_params._packed_params"]
    path = "0._packed_params._packed_params.0."
    entry = describe(path + "0", weight.int_repr(), dtype="qint8", layout="quantised")
    folder.save("quantised_module.pt", model, [entry, describe(path + "1", bias)])


def add_valid(folder):
    for add in (
        add_modes,
        add_dtypes,
        add_views,
        add_unusual_tensors,
        add_parameters,
        add_checkpoints,
        add_objects,
        add_modules,
        add_quantised_module,
    ):
        add(folder)
