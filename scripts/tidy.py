#!/usr/bin/env python3
"""Looks for bugs with clang-tidy and fails on any finding: scripts/tidy.py [FILE-OR-FOLDER...]

Every file that is compiled without LibTorch, or those that are named. Files that the compiler sees in one
unit are pasted into one here as well, where they differ in nothing but their text: most of the time goes
into their headers. A unit that was clean is not looked at again until a file of it, a header that it
includes, or what is asked of it changes."""

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
    """Unit -> compiler command, of all that is ours."""
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


def sources(unit):
    """The files of ours that a unit compiles, without those that are made."""
    named = [pathlib.Path(os.fsdecode(name)) for name in parts(unit)[1]] if unit.parent.name == "Unity" else [unit]
    return [file for file in named if not file.is_relative_to(BUILD)]


def key(file, command, asked):
    """Equal for two runs that must have the same findings."""
    words = shlex.split(command)
    folders = [pathlib.Path(word[2:]) for word in words if word.startswith("-I")]
    digest = hashlib.sha256(f"{asked}\0{command}\0".encode())
    for part in closure(file, folders):
        digest.update(hashlib.sha256(parts(part)[0]).digest())
    return digest.hexdigest()


def checked(program, file, command):
    """clang-tidy's run of a file with the flags of a compiler command."""
    flags = [word for word in shlex.split(command) if word.startswith(("-I", "-D", "-W", "-f", "-std"))]
    arguments = [program, "--quiet", str(file), "--", "-x", "c++", *flags]
    return subprocess.run(arguments, capture_output=True, text=True)


def look(program, unit, command, stamp):
    """Whether clang-tidy finds nothing in the files of a unit; prints what it finds."""
    files = sources(unit)
    if len(files) > 1 and not files[0].is_relative_to(ROOT / "tests"):  # Which have settings of their own.
        # Pasted, because the analyzer passes over what is included.
        pasted = unit.with_suffix(".pasted.cpp")
        pasted.write_text("\n".join(file.read_text() for file in files))
        if checked(program, pasted, command).returncode == 0:
            stamp.touch()
            return True
    # One by one, for the places of what was found.
    runs = [checked(program, file, command) for file in files]
    bad = [run for run in runs if run.returncode != 0]
    for run in bad:
        print(run.stdout + run.stderr, end="", flush=True)
    if not bad:
        stamp.touch()
    return not bad


def main(names):
    program, started = tool(), time.monotonic()
    settings = (ROOT / ".clang-tidy", *ROOT.glob("*/.clang-tidy"))
    asked = WANTED + "".join(path.read_text() for path in settings)
    places = [pathlib.Path(name).resolve() for name in names] or [ROOT]
    units = {
        unit: (command, STAMPS / key(unit, command, asked))
        for unit, command in commands().items()
        if any(file.is_relative_to(place) for file in sources(unit) for place in places)
    }
    if not units:
        sys.exit("tidy.py: no compiled file is there")
    STAMPS.mkdir(exist_ok=True)
    unknown = [unit for unit, (_, stamp) in units.items() if not stamp.exists()]
    # The longest first: they would be waited for at the end.
    unknown.sort(key=lambda unit: -sum(file.stat().st_size for file in sources(unit)))
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        clean = list(pool.map(lambda unit: look(program, unit, *units[unit]), unknown))
    bad = clean.count(False)
    print(
        f"tidy: {sum(len(sources(unit)) for unit in units)} files in {len(units)} units, "
        f"{len(units) - len(unknown)} known to be clean, {bad} with findings, {time.monotonic() - started:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
