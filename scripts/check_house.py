#!/usr/bin/env python3
"""Checks what the compiler does not: that includes point down, and the sizes of folders and headers.

    check_house.py        fails on every break of a rule below, each named with its file
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Room -> the rooms that it may include. The last part of a path inside a room is in FOLDERS.
ROOMS = {
    "base": "",
    "thread": "base",
    "distributed": "base",
    "state": "base",
    "data": "base state",
    "image": "base",
    "model": "base state",
    "net": "base thread state model",
    "read": "base thread state image model net",
    "train": "base thread distributed state data model net",
    "eval": "base thread state data model net",
    "app": "base thread distributed state data image model net read train eval",
}
# Folders of one room, each before those that may include it. A room's own files lie where no circle
# is made.
FOLDERS = {
    "state": ["value", "verdict", "pickle zip", "container members", "fit copy"],
    "image": ["encode", "decode", "prepare", "propose", "sheet"],
    "train": ["augment", "torch"],
    "app": ["cli", "sets states", "report", "completion load manual predict save train"],
}
MOST_FILES = 40
FEWEST_LINES = 12
# Only for those who use LibTorch as well.
WITH_LIBTORCH = "include/mlpctl/state/torch.hpp"


def sources():
    """Every source file of the program, relative to the root."""
    found = (file for top in ("app", "include", "lib") for file in (ROOT / top).rglob("*.[ch]pp"))
    return sorted(file.relative_to(ROOT) for file in found)


def behind(file, files):
    """What a file stands for: its path without the ending, for a public header that of the source."""
    if file.parts[0] != "include":
        return file.with_suffix("")
    room = {"digits": "read"}.get(file.parts[2], file.parts[2])
    found = [other for other in files if other.parts[:2] == ("lib", room) and other.name == file.stem + ".cpp"]
    return found[0].with_suffix("") if found else file.with_suffix("")


def room_of(unit):
    """"state" of lib/state/zip/crc and of include/mlpctl/state/limits; "base" of the error."""
    if unit.parts[0] == "app":
        return "app"
    if unit.parts[0] == "lib":
        return unit.parts[1]
    return {"digits": "read"}.get(unit.parts[2], unit.parts[2]) if len(unit.parts) > 3 else "base"


def folder_of(unit):
    """The folder inside its room; None for a room's own files and the public ones without a source."""
    depth = 1 if unit.parts[0] == "app" else 2
    return unit.parts[depth] if unit.parts[0] != "include" and len(unit.parts) > depth + 1 else None


def includes(file):
    return re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', (ROOT / file).read_text(), re.MULTILINE)


def place_of(name, file, known):
    """The file of ours that an include names; None for a foreign one."""
    for folder in (pathlib.Path("include"), pathlib.Path("lib"), pathlib.Path("app"), file.parent):
        if folder / name in known:
            return folder / name
    return None


def rank(room, folder):
    ranks = [words.split() for words in FOLDERS.get(room, [])]
    return next((i for i, words in enumerate(ranks) if folder in words), None)


def arrow_up(user, used):
    """What is wrong when one unit includes another; nothing when it may."""
    room, other = room_of(user), room_of(used)
    if room != other:
        return None if other in ROOMS[room].split() else f"room {room} may not use room {other}"
    folder, below = folder_of(user), folder_of(used)
    if folder == below or folder is None or below is None:
        return None
    for name in (folder, below):
        if rank(room, name) is None:
            return f"the folder {name} of {room} is not in FOLDERS"
    return None if rank(room, below) < rank(room, folder) else f"folder {folder} may not use {below}"


def circle(arrows):
    """Units that include one another round in a circle, if there are such."""
    state, path = {}, []

    def visit(unit):
        state[unit] = "open"
        path.append(unit)
        for used in sorted(arrows[unit]):
            if state.get(used) == "open":
                return path[path.index(used) :] + [used]
            if used not in state and (found := visit(used)):
                return found
        state[unit] = "done"
        path.pop()
        return None

    return next((found for unit in sorted(arrows) if unit not in state and (found := visit(unit))), None)


def check_arrows(files):
    known, arrows = set(files), collections.defaultdict(set)
    units = {file: behind(file, files) for file in files}
    for file in files:
        for mark, name in includes(file):
            used = place_of(name, file, known)
            if file.parts[0] == "include" and str(file) != WITH_LIBTORCH:
                ours = used is not None and used.parts[0] == "include"
                if not ours and (mark == '"' or "/" in name):
                    yield f"{file}: a public header may not include {name}"
            if used is None or used.with_suffix("") == file.with_suffix(""):
                continue
            # foo.hpp and foo.cpp count as one; a public header may be known below its source.
            arrows[file.with_suffix("")].add(used.with_suffix(""))
            if wrong := arrow_up(units[file], units[used]):
                yield f"{file}: includes {name}: {wrong}"
    arrows = collections.defaultdict(set, {unit: set(used) for unit, used in arrows.items()})
    if found := circle(arrows):
        yield "files that include one another in a circle: " + " -> ".join(map(str, found))
    folders = collections.defaultdict(set)
    for unit, all_used in list(arrows.items()):
        for used in all_used:
            # A room's own files count one by one: some lie below its folders, some above.
            ends = [end.parent if folder_of(end) else end for end in (unit, used)]
            if ends[0] != ends[1]:
                folders[ends[0]].add(ends[1])
    if found := circle(folders):
        yield "folders that include one another in a circle: " + " -> ".join(map(str, found))


def check_sizes(files):
    for folder, count in collections.Counter(file.parent for file in files).items():
        if count > MOST_FILES:
            yield f"{folder}: {count} files, at most {MOST_FILES} can be looked through"
    for file in files:
        count = len((ROOT / file).read_text().splitlines())
        if file.suffix == ".hpp" and count < FEWEST_LINES:
            yield f"{file}: {count} lines are too few for a header of their own"


def check_words(files):
    """A library names fields; flags and commands are the program's."""
    literal = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
    command = re.compile(r"--[a-z]|mlpctl (completion|data|eval|load|predict|save|train)\b")
    for file in files:
        if file.parts[0] == "app":
            continue
        for number, line in enumerate((ROOT / file).read_text().splitlines(), 1):
            code = line.split("//")[0]
            for text in literal.findall(code):
                if command.search(text):
                    yield f'{file}:{number}: a library names no flag and no command: "{text}"'


def main():
    files = sources()
    wrong = [*check_arrows(files), *check_sizes(files), *check_words(files)]
    print("\n".join(wrong) or f"house: {len(files)} files right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
