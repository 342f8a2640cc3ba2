#!/usr/bin/env python3
"""Looks for bugs with clang-tidy and fails on any finding: scripts/tidy.py [FILE-OR-FOLDER...]

Every file that is compiled without LibTorch, or those that are named. A file that was clean is not
looked at again until it, a header that it includes, or what is asked of it changes."""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

WANTED = "23.1.4"
ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-tidy"
STAMPS = BUILD / "clean"


def tool():
    path = ROOT / ".venv/bin/clang-tidy"
    found = str(path) if path.exists() else shutil.which("clang-tidy")
    if found is None:
        sys.exit(f"tidy.py: clang-tidy {WANTED} is missing; run scripts/setup.sh")
    text = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version ([0-9.]+)", text).group(1)
    if version != WANTED:
        sys.exit(f"tidy.py: {found} is {version} instead of {WANTED}; run scripts/setup.sh")
    return found


def commands():
    """File -> compiler command, of every file of ours."""
    subprocess.run(["cmake", "--preset", "tidy"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    return {pathlib.Path(entry["file"]): entry["command"] for entry in entries}


@functools.cache
def parts(file):
    """A file's text and what it includes."""
    text = file.read_bytes()
    return text, re.findall(rb'^\s*#\s*include\s*["<]([^">]+)[">]', text, re.MULTILINE)


def closure(file, folders):
    """The file and every file of ours that it includes, however far."""
    seen, waiting = set(), [file]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in parts(current)[1]:
            places = (folder / os.fsdecode(name) for folder in (current.parent, *folders))
            waiting += [place for place in places if place.is_file()][:1]
    return sorted(seen)


def key(file, command, asked):
    """Equal for two runs that must have the same findings."""
    words = shlex.split(command)
    folders = [pathlib.Path(word[2:]) for word in words if word.startswith("-I")]
    digest = hashlib.sha256(f"{asked}\0{command}\0".encode())
    for part in closure(file, folders):
        digest.update(hashlib.sha256(parts(part)[0]).digest())
    return digest.hexdigest()


def look(program, file, stamp):
    """Whether clang-tidy finds nothing in the file; prints what it finds."""
    arguments = [program, "-p", str(BUILD), "--quiet", str(file)]
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode == 0:
        stamp.touch()
    else:
        print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode == 0


def main(names):
    program, started = tool(), time.monotonic()
    settings = (ROOT / ".clang-tidy", *ROOT.glob("*/.clang-tidy"))
    asked = WANTED + "".join(path.read_text() for path in settings)
    places = [pathlib.Path(name).resolve() for name in names] or [ROOT]
    files = {
        file: STAMPS / key(file, command, asked)
        for file, command in commands().items()
        if any(file.is_relative_to(place) for place in places)
    }
    if not files:
        sys.exit("tidy.py: no compiled file is there")
    STAMPS.mkdir(exist_ok=True)
    unknown = {file: stamp for file, stamp in files.items() if not stamp.exists()}
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        clean = list(pool.map(functools.partial(look, program), unknown, unknown.values()))
    bad = clean.count(False)
    print(
        f"tidy: {len(files)} files, {len(files) - len(unknown)} known to be clean, "
        f"{bad} with findings, {time.monotonic() - started:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
