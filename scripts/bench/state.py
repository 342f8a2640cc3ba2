"""Measures the state files: listing, loading, and converting, comparing and scanning beside cp, Python and picklescan.

    cmake --build build --target state_bench mlpctl
    .venv/bin/python scripts/bench/state.py [BIN_DIR [PICKLESCAN]]        (default build/bin, and that of PATH)

The files are in the page cache. What has a peer runs five times, in five orders; the least times are compared and the
medians shown, because a virtual machine's host takes back memory that is freed, and some runs then pay for a new
gigabyte. The other figures are the best of several runs. A Python with PyTorch and safetensors runs this, and is the peer.
"""

import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import torch

BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bin")
PICKLESCAN = sys.argv[2] if len(sys.argv) > 2 else shutil.which("picklescan")
RUNS = 7
# What each of our jobs is compared with.
PEERS = {
    "mlpctl save, .pt to .safetensors": ("cp", "cp and sync", "Python, torch.load and save_file"),
    "mlpctl save, .safetensors to .pt": ("cp", "cp and sync"),
    "mlpctl load --diff": ("Python, both loaded and compared",),
    "mlpctl load --scan": ("picklescan",),
}
MIB = 2**20


def bench(work, file):
    """The best time in milliseconds, and the peak memory in MB of any run."""
    runs = [
        tuple(map(float, subprocess.run([BIN / "state_bench", work, file], check=True,
                                        capture_output=True, text=True).stdout.split()))
        for _ in range(RUNS)
    ]
    return min(time for time, _ in runs), max(memory for _, memory in runs)


def best_seconds(command):
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return min(times)


def run_once(command):
    """Seconds, and the peak of resident memory in MB, mapped pages of files included."""
    # By a small Python, because a process begins with the peak of the one that it comes from.
    program = (
        "import os, resource, sys, time; begin = time.perf_counter();"
        "status = os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]);"
        "print(status, time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program, *map(str, command)], check=True,
                          capture_output=True, text=True)
    status, seconds, kilobytes = done.stdout.splitlines()[-1].split()
    if int(status) > 1:
        sys.exit(done.stderr)
    return float(seconds), int(kilobytes) / 1024


PYTHON_CONVERT = """
import sys, torch
from safetensors.torch import save_file
save_file(torch.load(sys.argv[1], mmap=True, weights_only=True), sys.argv[2])
"""
PYTHON_DIFF = """
import sys, torch
from safetensors.torch import load_file
left, right = torch.load(sys.argv[1], mmap=True, weights_only=True), load_file(sys.argv[2])
sys.exit(not all(torch.equal(tensor, right[name]) for name, tensor in left.items()))
"""


def any_network(folder, mebibytes):
    """The jobs by name, of a file of so many MiB: the command, and the file that it makes, if any."""
    source, other, out = folder / "any.pt", folder / "any.safetensors", folder / "out"
    torch.save({f"layer{i}.weight": torch.rand(mebibytes * MIB // 16 // 4) for i in range(16)}, source)
    run_once([BIN / "mlpctl", "save", "--from", source, "--out", other])
    mlpctl, python = BIN / "mlpctl", [sys.executable, "-c"]
    jobs = {
        "cp": (["cp", source, out], out),
        "cp and sync": (["sh", "-c", f"cp {source} {out} && sync {out}"], out),
        "mlpctl save, .pt to .safetensors": ([mlpctl, "save", "--from", source, "--out", folder / "out.safetensors"],
                                             folder / "out.safetensors"),
        "mlpctl save, .safetensors to .pt": ([mlpctl, "save", "--from", other, "--out", folder / "out.pt"],
                                             folder / "out.pt"),
        "Python, torch.load and save_file": ([*python, PYTHON_CONVERT, source, out], out),
        "mlpctl load --diff": ([mlpctl, "load", source, "--diff", other], None),
        "Python, both loaded and compared": ([*python, PYTHON_DIFF, source, other], None),
        "mlpctl load --scan": ([mlpctl, "load", "--scan", source], None),
    }
    if PICKLESCAN:
        jobs["picklescan"] = ([PICKLESCAN, "--path", source], None)
    return jobs


def any_networks(folder, mebibytes):
    jobs = any_network(folder, mebibytes)
    runs = {name: [] for name in jobs}
    for round_number in range(5):
        for name in random.Random(round_number).sample(list(jobs), len(jobs)):
            command, made = jobs[name]
            os.sync()  # What the one before left to be written is not this one's time.
            runs[name].append(run_once(command))
            if made:
                made.unlink()
    least = {name: min(of)[0] for name, of in runs.items()}
    for name, of in runs.items():
        ratios = [f"{least[name] / least[peer]:.2f} x {peer}" for peer in PEERS.get(name, ()) if peer in least]
        middle = statistics.median(time for time, _ in of)
        memory = f"{max(memory for _, memory in of):.0f} MB"
        row(f"{name}, {mebibytes} MiB", f"{least[name]:.2f} s ({middle:.2f}), {memory}", ", ".join(ratios))


def big_state(dtype, mebibytes, tensors=64):
    count = mebibytes * MIB // tensors // dtype.itemsize
    return {f"layer{i}.weight": torch.zeros(count, dtype=dtype) for i in range(tensors)}


def row(what, figure, limit):
    print(f"{what:<46} {figure:<22} {limit}", flush=True)


def main():
    row("what", "measured", "wanted, or beside its peers")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        own = folder / "mlp.pt"
        subprocess.run([BIN / "mlpctl", "save", "--init", "--out", own], check=True,
                       capture_output=True)
        row("load our own 4 MB file, in the process", f"{bench('load', own)[0]:.1f} ms", "15 ms")
        seconds = best_seconds([BIN / "mlpctl", "load", own, "--json"])
        row("mlpctl load mlp.pt, the whole program", f"{1000 * seconds:.1f} ms", "")
        file = folder / "big.pt"
        torch.save(big_state(torch.float32, 1024), file)
        milliseconds, memory = bench("list", file)
        row("list a file of 1 GiB", f"{milliseconds:.1f} ms, {memory:.0f} MB", "30 ms, 50 MB")
        file.unlink()
        any_networks(folder, 2048)
        for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
            torch.save(big_state(dtype, 512), file)
            copied = best_seconds(["cp", file, folder / "copy"])
            (folder / "copy").unlink()
            converted = bench("convert", file)[0] / 1000
            row(f"convert 512 MiB of {str(dtype).removeprefix('torch.')}",
                f"{0.5 / converted:.2f} GiB/s, {copied / converted:.2f} x cp", "0.5 x cp")


main()
