#!/usr/bin/env python3
"""The steps of the workflow that the README shows: names, and what a runner's bash is given.

    workflow.py FOLDER   writes them there as 0.sh, 1.sh, ...; prints each file's name and the step's
"""

import pathlib
import re
import sys
import textwrap

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def workflow():
    """The text of the file."""
    return re.search(r"^```yaml\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)[1]


def steps():
    """(name, script) of each step that runs something."""
    found = re.findall(
        r"^( +)- name: (.+)\n(?:\1  if: .*\n)?\1  run: (?:\|\n((?:\1    .*\n)+)|(.+\n))", workflow(), re.MULTILINE
    )
    return [(name, textwrap.dedent(several) or one) for _, name, several, one in found]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, script) in enumerate(steps()):
        (folder / f"{number}.sh").write_text(script)
        print(f"{number}.sh", name)


if __name__ == "__main__":
    main()
