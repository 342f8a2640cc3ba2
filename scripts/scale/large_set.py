#!/usr/bin/env python3
"""Trains on an image set of many pictures from its file and tells the memory that it takes.

    large_set.py [--pictures N] [--folder DIR] [--ranks N] [--mlpctl FILE]

Makes IDX files of N pictures (10 million: 8 GB), MNIST's training pictures again and again, trains
an epoch's part on them in the named number of processes, and prints for each the most memory that
was its own (RssAnon of /proc), beside what it had of the mapped file, which is the page cache's.
Removes the files at the end.
"""

import argparse
import os
import pathlib
import re
import socket
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def write_again(source, target, sizes, wanted, item):
    """An IDX file of the wanted number of items: those of the source, repeated."""
    data = source.read_bytes()
    items = memoryview(data)[4 + 4 * sizes :]
    with open(target, "wb") as file:
        file.write(data[:4] + struct.pack(">I", wanted) + data[8 : 4 + 4 * sizes])
        left = wanted * item
        while left > 0:
            left -= file.write(items[: min(left, len(items))])


def memory(pid):
    """Own and mapped kilobytes."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    return tuple(int(found[1]) if (found := re.search(rf"{name}:\s+(\d+)", text)) else 0 for name in ("RssAnon", "RssFile"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mlpctl", type=pathlib.Path, default=ROOT / "build/bin/mlpctl")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data/mnist")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=10_000_000)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, socket.socket() as free:
        folder = pathlib.Path(folder)
        for name, sizes, item in (("images-idx3", 3, 784), ("labels-idx1", 1, 1)):
            name = f"train-{name}-ubyte"
            write_again(options.data / name, folder / name, sizes, options.pictures, item)
        free.bind(("127.0.0.1", 0))
        where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
        free.close()
        command = [options.mlpctl, "train", "--data", folder, "--out", folder / "out.pt", "--batch-size", 256]
        command += ["--epochs", 1, "--max-steps", options.steps, "--threads", 1]
        begin = time.monotonic()
        ranks = [
            subprocess.Popen(
                list(map(str, command)),
                env=os.environ | where | {"RANK": str(rank), "WORLD_SIZE": str(options.ranks)},
            )
            for rank in range(options.ranks)
        ]
        most = [(0, 0)] * options.ranks
        while any(rank.poll() is None for rank in ranks):
            seen = [memory(rank.pid) for rank in ranks]
            most = [tuple(map(max, old, new)) for old, new in zip(most, seen, strict=True)]
            time.sleep(0.05)
        for rank, (own, mapped) in enumerate(most):
            print(f"rank {rank}: {own / 1024:.0f} MB of its own, {mapped / 1024:.0f} MB mapped from files")
        print(f"{time.monotonic() - begin:.0f} s, exit codes {[rank.returncode for rank in ranks]}")


if __name__ == "__main__":
    main()
