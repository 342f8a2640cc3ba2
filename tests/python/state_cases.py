"""What a generated state file must read as, and the small tools that the generators share."""

import dataclasses
import hashlib
import io
import pathlib
import zipfile

import torch


@dataclasses.dataclass
class Case:
    """One file. `tensors` (path, tensor, flags) is what must be read; else `refusal` is a part of
    the sentence that must be given. `listed` files are refused only by those who want weights."""

    name: str
    tensors: list | None = None
    refusal: str = ""
    listed: bool = False
    unbuilt: tuple = ()


def raw_bytes(tensor):
    """The C-contiguous little-endian bytes of a strided tensor of any dtype."""
    flat = tensor.detach().clone(memory_format=torch.contiguous_format).reshape(-1)
    whole = torch.empty(0, dtype=torch.uint8).set_(flat.untyped_storage())
    return whole.numpy().tobytes()[: flat.numel() * flat.element_size()]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def describe(path, tensor, **flags):
    """The entry that dump_state prints for a plain tensor."""
    entry = {
        "name": path,
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "layout": "strided",
        "shape": list(tensor.shape),
        "requires_grad": bool(tensor.requires_grad),
        "conj": False,
        "neg": False,
        "sha256": digest(raw_bytes(tensor)),
    }
    return entry | flags


def described(state):
    """All tensors of a flat dict."""
    return [describe(key, value) for key, value in state.items()]


class Folder:
    """Collects the cases while their files are written."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.cases = []

    def file(self, name):
        return self.path / name

    def valid(self, name, tensors, unbuilt=()):
        self.cases.append(Case(name, tensors=tensors, unbuilt=unbuilt))

    def save(self, name, value, tensors, unbuilt=(), **options):
        torch.save(value, self.file(name), **options)
        self.valid(name, tensors, unbuilt)

    def write(self, name, data, tensors=None, refusal="", listed=False):
        self.file(name).write_bytes(data)
        self.cases.append(Case(name, tensors=tensors, refusal=refusal, listed=listed))

    def refused(self, name, data, refusal, listed=False):
        self.write(name, data, refusal=refusal, listed=listed)


def saved(value, **options):
    """The bytes of torch.save."""
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def records_of(data):
    """The records of a zip, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(records, method=zipfile.ZIP_STORED):
    """A zip of records as Python's zipfile writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in records.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# Of the program's network, by the names of its state_dict.
SHAPES = {
    "layers.0.weight": (5, 1, 3, 3),
    "layers.0.bias": (5,),
    "layers.2.weight": (300, 3380),
    "layers.2.bias": (300,),
    "layers.4.weight": (64, 300),
    "layers.4.bias": (64,),
    "layers.6.weight": (10, 64),
    "layers.6.bias": (10,),
}


def network():
    """Fresh weights of the program's network, by the names of its state_dict."""
    return {key: torch.randn(shape) for key, shape in SHAPES.items()}
