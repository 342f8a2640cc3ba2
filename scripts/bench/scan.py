#!/usr/bin/env python3
"""Compares `mlpctl load --scan` with other scanners on the cases of tests/python/scan_cases.py.

    scan.py MLPCTL PYTHON    PYTHON: one that has picklescan, modelscan and fickling

Runs in a Python with PyTorch and NumPy. An attack counts as found when a scanner flags its file, a
harmless value as accused when it flags any of the ways in which it is saved. Files have the endings
that the scanners go by. Nothing is loaded.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))


# Runs in the peers' environment: files on standard input, a JSON object of what each flags.
PEERS = r"""
import io, contextlib, json, logging, sys, time
from fickling.loader import scan_file, scan_zip_archive
from modelscan.modelscan import ModelScan
from picklescan.scanner import scan_file_path
logging.disable(logging.CRITICAL)
files = sys.stdin.read().split("\n")

def picklescan(file):
    result = scan_file_path(file)
    return result.issues_count > 0 or result.scan_err

def modelscan(file):
    scan = ModelScan()
    scan.scan(file)
    return bool(scan.issues.all_issues or scan.errors)

def fickling(file):
    zipped = open(file, "rb").read(4) == b"PK\3\4"
    results = scan_zip_archive(file, graceful=True).values() if zipped else [scan_file(file, graceful=True)]
    return any(not result.is_safe for result in results)

flags = {}
for judge in (picklescan, modelscan, fickling):
    start, found = time.monotonic(), []
    for file in files:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                flagged = judge(file)
            except Exception:
                flagged = True
        if flagged:
            found.append(file)
    flags[judge.__name__] = (time.monotonic() - start, found)
print(json.dumps(flags))
"""


def by_mlpctl(program, files):
    start = time.monotonic()
    command = [program, "load", "--scan", *files, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    reports = json.loads(done.stdout)["files"]
    flagged = [r["file"] for r in reports if r["verdict"] in ("may run code", "dangerous")]
    return time.monotonic() - start, flagged


def by_peers(python, files):
    done = subprocess.run(
        [python, "-W", "ignore", "-c", PEERS], input="\n".join(files), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def ending(data):
    if data[:4] == b"PK\3\4" or b"\x6c\xfc\x9c\x46" in data[:16]:
        return ".pt"
    return ".npy" if data[:6] == b"\x93NUMPY" else ".pkl"


def main():
    program, peers = sys.argv[1], pathlib.Path(sys.argv[2])
    import scan_cases
    import scan_test

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        attacks, values = [], {}
        for number, (data, _) in enumerate(scan_cases.attacks(folder / "canary").values()):
            attacks.append(folder / f"attack{number}{ending(data)}")
            attacks[-1].write_bytes(data)
        for name, value in scan_cases.harmless_values().items():
            ways = scan_test.ways_to_save(name, value)
            values[name] = [folder / file for file in ways if file.endswith(("_4.pkl", ".pt"))][:2]
            for file in values[name]:
                file.write_bytes(ways[file.name])
        files = [str(file) for file in attacks + [file for ways in values.values() for file in ways]]
        print(f"{len(attacks)} attacks, {len(values)} harmless values in {len(files)} files")
        for name, (seconds, flagged) in {"mlpctl": by_mlpctl(program, files), **by_peers(peers, files)}.items():
            flagged = set(flagged)
            found = sum(str(file) in flagged for file in attacks)
            accused = sum(any(str(file) in flagged for file in ways) for ways in values.values())
            print(f"{name}: {found} attacks found, {accused} values accused, {seconds:.2f} s")


if __name__ == "__main__":
    main()
