"""check.py BUILD_DIR: writes state files in Python and runs the stranger's programs on them."""

import pathlib
import subprocess
import sys
import tempfile

import torch
from torch import nn

BUILD = pathlib.Path(sys.argv[1])


class ResNetBlock(nn.Module):
    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1, bias=False)

    def forward(self, x):
        inner = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(inner)) + self.shortcut(x)).relu()


def run(program, *arguments):
    done = subprocess.run([BUILD / program, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check_filling(folder, block):
    """By name, by a function of the name, by order, and with something missing; and back."""
    file, out = str(pathlib.Path(folder) / "in.pt"), str(pathlib.Path(folder) / "out.pt")
    state = block.state_dict()
    less = {key: value for key, value in state.items() if key != "shortcut.weight"} | {"more": torch.ones(1)}
    for how, saved in (
        ("name", state),
        ("renamed", {"net/" + key: value for key, value in state.items()}),
        ("order", {f"x{i}.{key.split('.')[-1]}": value for i, (key, value) in enumerate(state.items())}),
        ("loose", less),
        ("name", {"epoch": 3, "state_dict": {"module." + key: value for key, value in state.items()},
                  "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}}}),
        ("name", block),
        ("name", {key: value.double() if value.is_floating_point() else value for key, value in state.items()}),
    ):
        torch.save(saved, file)
        code, output, error = run("fill_resnet", file, how, out)
        assert code == 0, error
        missing = " shortcut.weight" if how == "loose" else ""
        more = " more" if how == "loose" else ""
        assert output == f"missing{missing}\nleft over{more}\n", output
        again = ResNetBlock(3, 8)
        again.load_state_dict(torch.load(out, weights_only=True), strict=True)
        for key, value in again.state_dict().items():
            assert key in missing or torch.equal(value, state[key]), (how, key)
    for saved, how, sentence in (
        (less, "name", "missing: shortcut.weight; left over: more"),
        ({"a": state, "b": state}, "name", "in several parts"),
        (state | {"bn1.bias": torch.ones(9)}, "loose", "bn1.bias is of shape [9]"),
        (state | {"bn1.bias": torch.ones(8, dtype=torch.complex64)}, "name", "bn1.bias is complex64"),
        (state | {"bn2.num_batches_tracked": torch.tensor(0.5)}, "name", "bn2.num_batches_tracked is float32"),
        ({"w": torch.ones(3)}, "order", "left over: w"),
    ):
        torch.save(saved, file)
        pathlib.Path(out).unlink(missing_ok=True)
        code, _, error = run("fill_resnet", file, how, out)
        assert code == 1 and sentence in error, error
        assert not pathlib.Path(out).exists()


def main():
    torch.manual_seed(1)
    block = ResNetBlock(3, 8)
    block(torch.rand(16, 3, 8, 8))  # moves the running means
    expected = block.eval()(torch.arange(192.0).div(192).reshape(1, 3, 8, 8)).sum().item()
    with tempfile.TemporaryDirectory() as folder:
        file = str(pathlib.Path(folder) / "block.pt")
        check_filling(folder, block)
        torch.save(block.state_dict(), file)
        code, output, _ = run("load_resnet", file)
        assert code == 0 and abs(float(output) - expected) < 1e-3, (output, expected)
        torch.save({"state_dict": {"module." + k: v for k, v in block.state_dict().items()}}, file)
        assert run("load_resnet", file)[1] == output
        torch.save(nn.Linear(2, 2).state_dict(), file)
        code, _, error = run("load_resnet", file)
        assert code != 0 and "conv1.weight" in error, error
        code, output, error = run("write_state", file)
        assert code == 0, error
        state = torch.load(file, weights_only=True)
        assert torch.equal(state["ramp"], torch.arange(6.0).reshape(2, 3)), state


main()
