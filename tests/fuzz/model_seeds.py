"""Writes the seeds of the fuzz targets checkpoint and fit: model_seeds.py CORPUS

They are the pickles of small files: every tensor has one number, seen as large as the network wants
it."""

import io
import pathlib
import sys
import zipfile

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from state_cases import SHAPES  # noqa: E402

ABOUT = '{"info":{"classes":[],"preprocess":"digit"},"step":3,"run":{"seed":1}}'


def pickle_of(value):
    file = io.BytesIO()
    torch.save(value, file)
    with zipfile.ZipFile(file) as archive:
        return next(archive.read(name) for name in archive.namelist() if name.endswith("data.pkl"))


def tensors(dtype=torch.float32):
    return [torch.zeros(1, dtype=dtype).expand(shape) for shape in SHAPES.values()]


def weights(prefix="", dtype=torch.float32):
    return {prefix + name: tensor for name, tensor in zip(SHAPES, tensors(dtype))}


def optimizer(make):
    """An optimizer's own state after it has seen a step's gradients, its moments made small."""
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in SHAPES]
    one = make(parameters)
    for parameter in parameters:
        parameter.grad = torch.ones(1)
    one.step()
    state = one.state_dict()
    for entry, shape in zip(state["state"].values(), SHAPES.values()):
        for name, value in entry.items():
            if torch.is_tensor(value) and name != "step":
                entry[name] = torch.zeros(1).expand(shape)
    return state


def checkpoints():
    optim = torch.optim
    makers = {
        "adam": lambda parameters: optim.Adam(parameters),
        "adamw": lambda parameters: optim.AdamW(parameters),
        "sgd": lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
        "plain_sgd": lambda parameters: optim.SGD(parameters, lr=0.1),
    }
    for name, make in makers.items():
        whole = {"model_state_dict": weights(), "optimizer_state_dict": optimizer(make), "epoch": 3}
        yield name, whole
    yield "ours", whole | {"mlpctl": ABOUT, "mlpctl_average": tensors(), "mlpctl_best": tensors()}


def fits():
    yield "plain", weights()
    yield "half", weights("module.", torch.float16)
    yield "sequential", {name.removeprefix("layers."): value for name, value in weights().items()}
    yield "two", {"model": weights(), "ema": weights("_orig_mod."), "epoch": 3}
    yield "missing", dict(list(weights().items())[:7])


def main(corpus):
    for target, files in (("checkpoint", checkpoints()), ("fit", fits())):
        folder = pathlib.Path(corpus, target)
        folder.mkdir(parents=True, exist_ok=True)
        for name, value in files:
            (folder / name).write_bytes(pickle_of(value))


main(*sys.argv[1:])
