"""What every PyTorch peer shares: the data, the network, and the way it reports to the driver."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="folder of the IDX files")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", type=Path, help="state_dict to start from")
    return parser


def arguments() -> argparse.Namespace:
    return parser().parse_args()


def images(folder: Path, split: str) -> np.ndarray:
    """uint8 [N, 28, 28]; `split` is train or t10k."""
    raw = np.fromfile(folder / f"{split}-images-idx3-ubyte", dtype=np.uint8)
    return raw[16:].reshape(-1, 28, 28)


def labels(folder: Path, split: str) -> np.ndarray:
    """uint8 [N]."""
    return np.fromfile(folder / f"{split}-labels-idx1-ubyte", dtype=np.uint8)[8:]


def whole_set(folder: Path, split: str):
    """PyTorch's pixels [N, 1, 28, 28] in [0, 1], and the labels."""
    import torch

    pixels = torch.from_numpy(images(folder, split)).unsqueeze(1).float().div_(255)
    return pixels, torch.from_numpy(labels(folder, split)).long()


def network():
    """The layers that the driver's `mlpctl` has too, with PyTorch's first values for seed 0."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 5, kernel_size=3),
        nn.Flatten(),
        nn.Linear(26 * 26 * 5, 300),
        nn.ReLU(),
        nn.Linear(300, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def load(model, path: Path):
    """Fills `model` from a file of mlpctl, whose keys begin with `layers.`."""
    import torch

    state = torch.load(path, weights_only=True)
    model.load_state_dict({key.removeprefix("layers."): value for key, value in state.items()})
    return model.eval()


def report(seconds: float, cpu_seconds: float, value: float) -> None:
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = {"seconds": seconds, "cpu_seconds": cpu_seconds, "value": value, "peak_mb": peak_kb / 1024}
    print(json.dumps(line), flush=True)


def serve(run) -> None:
    """Answers each number of repetitions on stdin with the time that `run` took for them.

    The process lives on between two rounds, so its imports and compilations are paid once and are
    in no figure. `run(n)` returns a loss or an accuracy, by which the driver sees real work.
    """
    for line in sys.stdin:
        repetitions = int(line)
        cpu_start, start = time.process_time(), time.perf_counter()
        value = float(run(repetitions))
        report(time.perf_counter() - start, time.process_time() - cpu_start, value)
