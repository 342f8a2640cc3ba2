#!/usr/bin/env python3
"""Measures training by several processes on one machine.

    ranks.py [--mlpctl FILE] [--data DIR] [--batch N]... [--rounds N]

For each batch size in turn: one process on one and on two threads, two ranks of one thread, and
PyTorch's DistributedDataParallel with Gloo on two ranks of one thread (peers/python_ddp.py). Each
runs in a network of its own (unshare, as root), so that the bytes are its own. Prints a table:
milliseconds a step, the median of the rounds with lowest and highest, and the bytes that all ranks
together send a step, with what an epoch's end adds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/bin/python"
TORCHRUN = [PYTHON, "-m", "torch.distributed.run", "--master-port", 29511, "--nproc-per-node"]
DDP = ROOT / "scripts/bench/peers/python_ddp.py"
# The file system of /sys shows the network that it was mounted in.
ISOLATED = """mount -t sysfs none /sys && ip link set lo up && "$@" >&2 || exit
cat /sys/class/net/lo/statistics/tx_bytes"""
STEPS, PICTURES = 200, 60000


def bytes_sent(command):
    """Runs a command in a network of its own; the bytes that went through it, and what it printed."""
    isolated = ["unshare", "--net", "--mount", "sh", "-c", ISOLATED, "sh", *map(str, command)]
    done = subprocess.run(isolated, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")
    return int(done.stdout), done.stderr


def mlpctl(options, batch, ranks, threads):
    """Seconds a step and bytes a step."""
    steps = -(-PICTURES // batch)
    sent = []
    with tempfile.TemporaryDirectory() as folder:
        for epochs in (1, 3):
            log = pathlib.Path(folder, f"{epochs}.jsonl")
            command = [options.mlpctl, "train", "--data", options.data, "--recipe", "plain", "--seed", 1]
            command += ["--epochs", epochs, "--batch-size", batch, "--threads", threads, "--log", log]
            command += ["--out", f"{folder}/m.pt"]
            launcher = [*TORCHRUN, ranks, "--no-python", "--"] if ranks > 1 else []
            sent.append(bytes_sent([*launcher, *command])[0])
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    seconds = [line["seconds"] / steps for line in lines if line["event"] == "epoch"]
    return statistics.median(seconds), (sent[1] - sent[0]) / (2 * steps)


def ddp(options, batch, ranks, threads):
    command = [*TORCHRUN, ranks, DDP, "--data", options.data, "--batch-size", batch, "--threads", threads]
    sent, printed = zip(
        *(bytes_sent([*command, "--steps", STEPS, "--rounds", rounds]) for rounds in (1, 3)), strict=True
    )
    words = next(line for line in printed[1].splitlines() if line.startswith("seconds ")).split()
    return float(words[1]), (sent[1] - sent[0]) / (2 * STEPS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mlpctl", type=pathlib.Path, default=ROOT / "build/bin/mlpctl")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data/mnist")
    parser.add_argument("--batch", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    contestants = {
        "mlpctl, 1 thread": (mlpctl, 1, 1),
        "mlpctl, 2 threads": (mlpctl, 1, 2),
        "mlpctl, 2 ranks of 1 thread": (mlpctl, 2, 1),
        "DistributedDataParallel, 2 ranks of 1 thread": (ddp, 2, 1),
    }
    os.environ["OMP_NUM_THREADS"] = "1"
    for batch in options.batch or [64, 256]:
        rows = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, (measure, ranks, threads) in contestants.items():
                rows[name].append(measure(options, batch, ranks, threads))
        print(f"\n**Batch {batch}**\n\n| | ms a step | bytes a step |\n| --- | ---: | ---: |")
        for name, row in rows.items():
            times = [1000 * seconds for seconds, _ in row]
            sent = statistics.median(count for _, count in row)
            spread = f"{statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f})"
            print(f"| {name} | {spread} | {sent:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
