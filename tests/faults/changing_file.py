"""Reads files while another process rewrites them in place, and requires one content or a refusal.

    changing_file.py READ_AGAIN MLPCTL [--reads N]

Each kind of file is rewritten by each kind of writer, with two contents in turn. The library reads
a small file N times, a model's and a set's less often, a large one least, and the program reads
models; each must give one of the two contents whole or refuse with one sentence. Prints a line of counts each; exits with 1 after anything else.
"""

import argparse
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time


# In which a writer writes a file, so that there are moments between them.
PARTS = 20


def truncate_and_write(path, content):
    """As torch.save and open(path, "wb") do."""
    with open(path, "wb", buffering=0) as file:
        step = len(content) // PARTS + 1
        for at in range(0, len(content), step):
            file.write(content[at : at + step])


def write_over(path, content):
    """Without cutting the file first: at every moment it has its whole size."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        step = len(content) // PARTS + 1
        for at in range(0, len(content), step):
            os.pwrite(descriptor, content[at : at + step], at)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


def write_at_once(path, content):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, content, 0)
    finally:
        os.close(descriptor)


def replace(path, content):
    """What our own writer does; never refused."""
    other = path + ".new"
    truncate_and_write(other, content)
    os.rename(other, path)


WRITERS = {w.__name__: w for w in (truncate_and_write, write_over, write_at_once, replace)}


def write_for_ever(name, path, first, second):
    contents = [pathlib.Path(each).read_bytes() for each in (first, second)]
    generator = random.Random(1)
    parent = os.getppid()
    while os.getppid() == parent:
        for content in contents:
            WRITERS[name](path, content)
            time.sleep(generator.random() * 0.004)


def make_states(program, folder, form, extension):
    files = []
    for seed in (1, 2):
        file = folder / f"{form}{seed}.{extension}"
        command = ["save", "--init", "--seed", str(seed), "--format", form, "--out", file]
        subprocess.run([program, *command], check=True, stderr=subprocess.DEVNULL)
        files.append(file)
    return files


def make_tensors(folder, name, count):
    files = []
    for value in (1, 2):
        header = json.dumps(
            {"x": {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}}
        ).encode()
        file = folder / f"{name}{value}.safetensors"
        file.write_bytes(
            struct.pack("<Q", len(header)) + header + struct.pack("<f", value) * count
        )
        files.append(file)
    return files


def make_idx(folder, name, count):
    files = []
    for value in (1, 2):
        file = folder / f"{name}{value}"
        file.write_bytes(
            struct.pack(">HBBIII", 0, 8, 3, count, 28, 28) + bytes([value]) * (count * 784)
        )
        files.append(file)
    return files


def read_by_program(program, path, files, reads):
    """The library's counts of the real program's answers."""

    def answer(file):
        result = subprocess.run(
            [program, "load", "--json", file], capture_output=True, text=True, timeout=60
        )
        if result.returncode == 0:
            return [tensor["sha256"] for tensor in json.loads(result.stdout)["tensors"]]
        if result.returncode == 1 and result.stderr.count("\n") == 1:
            return result.stderr
        return result

    first, second = (answer(file) for file in files)
    counts = {"first": 0, "second": 0, "refused": {}, "anything else": 0}
    for _ in range(reads):
        got = answer(path)
        if got == first or got == second:
            counts["first" if got == first else "second"] += 1
        elif isinstance(got, str):
            sentence = "".join(c for c in got.split(": ", 2)[-1].strip() if not c.isdigit())
            counts["refused"][sentence] = counts["refused"].get(sentence, 0) + 1
        else:
            counts["anything else"] += 1
            print(got, file=sys.stderr)
    return counts


def beside_writer(name, path, files, read):
    path.write_bytes(files[0].read_bytes())
    command = [sys.executable, __file__, "--write", name, path, *files]
    writer = subprocess.Popen(command)
    try:
        return read()
    finally:
        writer.kill()
        writer.wait()


def read_by_library(reader, kind, path, files, reads):
    command = [reader, kind, path, *files, str(reads)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode not in (0, 1):
        print(result, file=sys.stderr)
        return {"first": 0, "second": 0, "refused": {}, "anything else": reads}
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader")
    parser.add_argument("program")
    parser.add_argument("--reads", type=int, default=100)
    parser.add_argument("--kinds", nargs="+", help="by default all")
    options = parser.parse_args()
    wrong = total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        kinds = {
            "small": (make_tensors(folder, "small", 25_000), "state", 1),
            "small idx": (make_idx(folder, "few", 100), "idx", 4),
            "zip": (make_states(options.program, folder, "pt", "pt"), "state", 30),
            "legacy": (make_states(options.program, folder, "legacy", "pt"), "state", 30),
            "safetensors": (
                make_states(options.program, folder, "safetensors", "safetensors"),
                "state",
                30,
            ),
            "idx": (make_idx(folder, "idx", 10_000), "idx", 30),
            # Above the size up to which files are read into memory whole.
            "large": (make_tensors(folder, "large", 17 << 20), "state", 300),
        }
        path = folder / "changing"
        for kind, (files, form, cost) in kinds.items():
            if options.kinds and kind not in options.kinds:
                continue
            for writer in WRITERS:
                reads = max(options.reads // cost, 1)
                readers = {
                    "library": lambda: read_by_library(
                        options.reader, form, path, files, reads
                    )
                }
                if kind in ("zip", "legacy", "safetensors"):
                    readers["program"] = lambda: read_by_program(
                        options.program, path, files, max(options.reads // 300, 1)
                    )
                for reader, read in readers.items():
                    started = time.monotonic()
                    counts = beside_writer(writer, path, files, read)
                    refused = sum(counts["refused"].values())
                    right = counts["first"] + counts["second"]
                    print(
                        f"{kind:12}{writer:20}{reader:9}{right:7} right {refused:6} refused"
                        f"{counts['anything else']:4} wrong {time.monotonic() - started:7.1f} s"
                        f"  {json.dumps(counts['refused'])}",
                        flush=True,
                    )
                    total += right + refused + counts["anything else"]
                    wrong += counts["anything else"]
                    if writer == "replace" and refused > 0:
                        wrong += refused
    print(f"{total} reads, {wrong} wrong")
    return 0 if wrong == 0 else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write_for_ever(*sys.argv[2:])
    else:
        sys.exit(main())
