"""Measures the state files: listing 1 GiB, loading our own file, converting and comparing against cp.

    cmake --build build --target state_bench mlpctl
    .venv/bin/python scripts/bench/state.py [BIN_DIR]        (default build/bin)

Each figure is the best of several runs, of a file that is in the page cache.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import torch

BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bin")
RUNS = 7
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


def conversions(folder, mebibytes):
    """mlpctl save of any network, and load --diff, beside cp of the same bytes and its fsync."""
    state = {f"layer{i}.weight": torch.rand(mebibytes * MIB // 16 // 4) for i in range(16)}
    source, out = folder / "any.pt", folder / "any.safetensors"
    torch.save(state, source)
    del state
    copied = folder / "copy.pt"
    copies, saves, back = [], [], []
    for _ in range(3):
        copies.append(run_once(["sh", "-c", f"cp {source} {copied} && sync {copied}"])[0])
        copied.unlink()
        saves.append(run_once([BIN / "mlpctl", "save", "--from", source, "--out", out]))
        back.append(run_once([BIN / "mlpctl", "save", "--from", out, "--out", folder / "back.pt"]))
        (folder / "back.pt").unlink()
    plain = min(run_once(["cp", source, copied])[0] for _ in range(3))
    row(f"cp of {mebibytes} MiB, and with sync", f"{plain:.2f} s, {min(copies):.2f} s", "")
    for what, runs in ((".pt to .safetensors", saves), (".safetensors to .pt", back)):
        seconds, memory = min(runs)[0], max(memory for _, memory in runs)
        row(f"mlpctl save, {what}", f"{seconds:.2f} s, {memory:.0f} MB", f"{1.3 * min(copies):.2f} s, 300 MB")
    seconds, memory = run_once([BIN / "mlpctl", "load", source, "--diff", out])
    row("mlpctl load --diff of the two", f"{seconds:.2f} s, {memory:.0f} MB", "300 MB")
    for file in (source, out, copied):
        file.unlink()


def big_state(dtype, mebibytes, tensors=64):
    count = mebibytes * MIB // tensors // dtype.itemsize
    return {f"layer{i}.weight": torch.zeros(count, dtype=dtype) for i in range(tensors)}


def row(what, figure, limit):
    print(f"{what:<44} {figure:<28} {limit}")


def main():
    row("what", "measured", "wanted")
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
        conversions(folder, 2048)
        for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
            torch.save(big_state(dtype, 512), file)
            copied = best_seconds(["cp", file, folder / "copy"])
            (folder / "copy").unlink()
            converted = bench("convert", file)[0] / 1000
            row(f"convert 512 MiB of {str(dtype).removeprefix('torch.')}",
                f"{0.5 / converted:.2f} GiB/s, {copied / converted:.2f} x cp", "0.5 x cp")


main()
