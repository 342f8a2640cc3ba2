#!/usr/bin/env python3
"""Measures `mlpctl predict --json` of a folder of 10,000 PNG files, whole processes, into a file.

    predict_folder.py --model mlp.pt PROGRAM [PEER]

PEER is another mlpctl, as of the commit before: the two run in turn. Pictures a second are by the least wall time, the
processor's time is the least, too; beside them stand the system calls that a picture takes: by perf where it may count
them, else by strace, under which threads wait for each other more often. The answers of both, logits and all, have to
be the same bytes. The pictures are MNIST's test set (scripts/fetch-data.sh mnist).
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALLS = ("futex", "mmap", "munmap", "write")


def answered(command, output):
    """Seconds of wall time and of the processor."""
    with open(output, "wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_utime + usage.ru_stime


def counted_by_perf(command, counts):
    """Of each call how often it was made; nothing where perf may not count."""
    events = ",".join(f"syscalls:sys_enter_{call}" for call in CALLS)
    with open(counts + ".answers", "wb") as out:
        ran = subprocess.run(["perf", "stat", "-x,", "-o", counts, "-e", events, *command], stdout=out, stderr=subprocess.DEVNULL)
    text = pathlib.Path(counts).read_text(encoding="utf-8") if ran.returncode == 0 else ""
    found = {call: re.search(rf"^(\d+),.*sys_enter_{call},", text, re.M) for call in CALLS}
    return {call: int(made[1]) for call, made in found.items()} if all(found.values()) else None


def counted_by_strace(command, counts):
    with open(counts + ".answers", "wb") as out:
        subprocess.run(["strace", "-f", "-c", "-o", counts, *command], stdout=out, check=True)
    text = pathlib.Path(counts).read_text(encoding="utf-8")
    found = {call: re.search(rf"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?{call}$", text, re.M) for call in CALLS}
    return {call: int(made[1]) if made else 0 for call, made in found.items()}


def calls_of(command, count, counts):
    """How often each call is made for a picture, as cells of the table."""
    made = counted_by_perf(command, counts) if shutil.which("perf") else None
    if made is None and shutil.which("strace"):
        made = counted_by_strace(command, counts)
    return ["?"] * len(CALLS) if made is None else [f"{each / count:.3f}" for each in made.values()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    parser.add_argument("--model", required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pictures = pathlib.Path(folder) / "pictures"
        write = [sys.executable, ROOT / "scripts/write_pictures.py", ROOT / "data/mnist/t10k-images-idx3-ubyte"]
        subprocess.run([*write, pictures, "--count", str(options.count)], check=True)
        command = lambda program, *more: [program, "-q", "predict", "--model", options.model, "--json", *more, str(pictures)]

        expected = None
        for program in options.programs:
            answers = subprocess.run(command(program, "--logits"), capture_output=True, check=True).stdout
            if expected not in (None, answers):
                sys.exit(f"{program}: its answers are not those of {options.programs[0]}")
            expected = answers

        runs = {(program, threads): [] for threads in options.threads for program in options.programs}
        for _ in range(options.rounds):
            for (program, threads), of_it in runs.items():
                of_it.append(answered(command(program, "--threads", str(threads)), f"{folder}/answers"))
        print(f"| program | threads | pictures/s | processor, us a picture | {' | '.join(CALLS)} |")
        print("| --- " * (4 + len(CALLS)) + "|")
        for (program, threads), of_it in runs.items():
            seconds, processor = min(of_it)[0], min(run[1] for run in of_it)
            counts = calls_of(command(program, "--threads", str(threads)), options.count, f"{folder}/counts")
            rate, each = options.count / seconds, 1e6 * processor / options.count
            print(f"| {program} | {threads} | {rate:,.0f} | {each:.1f} | {' | '.join(counts)} |", flush=True)


if __name__ == "__main__":
    main()
