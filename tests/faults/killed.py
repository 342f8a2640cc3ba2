"""Kills save and train with SIGKILL at any moment and looks at what is left.

    killed.py MLPCTL [--kills N] [--commands save train]

Half of the kills of each command come after a random time, half at a random one of its system calls
about files, so that the moments between two of them are met as well (by strace, if it is there).
After each, the output has to be the old state or the new one, to the byte, a checkpoint has to be
readable, and a log to consist of whole lines. Every fifth killed training is gone on with from its
checkpoint and has to end with the bytes of the run that nobody killed; after that, and after every
fifth killed save once another is done, nothing else lies in the folder. Exits with 1 after anything else.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

FILE_CALLS = "openat,read,write,fsync,linkat,rename,renameat2,unlink,close,flock,fchmod,mmap"
# In seconds; so that a run that hangs is told.
PATIENCE = 600


class Command:
    """One command over a folder of its own, and the states that its files may have."""

    name = "save"

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.out = folder / "out.pt"
        self.states = {}
        for seed in (1, 2):
            self.finish(seed)
            self.states[seed] = self.out.read_bytes()

    def arguments(self, seed):
        return ["save", "--init", "--seed", str(seed), "--out", self.out]

    def files(self):
        return {self.out.name}

    def finish(self, seed, arguments=None):
        command = [self.program, *map(str, arguments or self.arguments(seed))]
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if result.returncode != 0:
            raise AssertionError(f"{command}: {result}")

    def check(self, before, seed):
        """The word for what the killed run left; raises AssertionError for what must not be."""
        state = self.out.read_bytes()
        if state == self.states[seed]:
            return "new"
        if state == before:
            return "old"
        raise AssertionError(f"{self.out} is neither the old state nor the new one")

    def go_on(self, seed):
        self.finish(seed)


class Training(Command):
    name = "train"
    EPOCHS = 3

    def __init__(self, program, folder):
        from support import write_set

        self.data = write_set(folder.parent / "data", train=400)
        self.checkpoint = folder / "c.pt"
        self.log = folder / "log.jsonl"
        super().__init__(program, folder)

    def arguments(self, seed, epochs=EPOCHS):
        return [
            *("train", "--data", self.data, "--seed", seed, "--epochs", epochs, "--threads", 1),
            *("--out", self.out, "--checkpoint", self.checkpoint, "--log", self.log, "--quiet"),
        ]

    def files(self):
        return {self.out.name, self.checkpoint.name, self.log.name}

    def check(self, before, seed):
        for line in self.log.read_text().splitlines(keepends=True):
            if not line.endswith("\n"):
                raise AssertionError(f"half a line in the log: {line!r}")
            json.loads(line)
        self.finish(seed, ["load", self.checkpoint])
        return super().check(before, seed)

    def go_on(self, seed):
        # The killed run's, or, where it had written none yet, that of the run before.
        for each in (seed, 3 - seed):
            try:
                self.finish(seed, [*self.arguments(each), "--resume", self.checkpoint])
            except AssertionError:
                continue
            if self.out.read_bytes() == self.states[each]:
                return
            raise AssertionError("the run that was gone on with ended with other bytes")
        raise AssertionError("the checkpoint cannot be gone on with")


def file_calls(command, seed):
    """The system calls about files of a whole run, each as its name and its number among those of
    this name in its thread."""
    with tempfile.NamedTemporaryFile() as record:
        run = ["strace", "-f", "-qq", "-o", record.name, "-e", "trace=" + FILE_CALLS]
        subprocess.run(
            [*run, command.program, *map(str, command.arguments(seed))],
            check=True,
            capture_output=True,
            # A leak check cannot look at a process that is traced.
            env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"},
        )
        text = pathlib.Path(record.name).read_text(errors="replace")
    counts = collections.Counter(re.findall(r"^(\d+ +\w+)\(", text, re.MULTILINE))
    return [
        (thread.split()[1], number)
        for thread, count in counts.items()
        for number in range(1, count + 1)
    ]


def kill_after(command, seed, seconds):
    process = subprocess.Popen(
        [command.program, *map(str, command.arguments(seed))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def kill_at_call(command, seed, call, number):
    inject = f"inject={call}:signal=KILL:when={number}"
    run = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", inject]
    result = subprocess.run(
        [*run, command.program, *map(str, command.arguments(seed))], capture_output=True
    )
    return result.returncode == -signal.SIGKILL


def time_of(command, seed):
    started = time.monotonic()
    command.finish(seed)
    return time.monotonic() - started


def kill_often(command, kills, generator):
    seconds = min(time_of(command, 2) for _ in range(3))
    calls = file_calls(command, 2) if shutil.which("strace") else []
    counts = collections.Counter()
    killed = 0
    while killed < kills:
        seed = 1 + killed % 2
        before = command.out.read_bytes()
        if calls and killed % 4 < 2:
            done = not kill_at_call(command, seed, *generator.choice(calls))
        else:
            done = not kill_after(command, seed, generator.random() * seconds)
        left = command.check(before, seed)
        if done:
            counts["ended before"] += 1
            continue
        killed += 1
        counts[left] += 1
        counts["temporaries"] += len(set(os.listdir(command.folder)) - command.files())
        if killed % 5 == 0:
            command.go_on(seed)
            counts["gone on"] += 1
            rest = set(os.listdir(command.folder)) - command.files()
            if rest:
                raise AssertionError(f"{rest} stayed after the next run")
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--commands", nargs="+", default=["save", "train"])
    options = parser.parse_args()
    wrong = False
    for kind in (Command, Training):
        if kind.name not in options.commands:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "files"
            folder.mkdir()
            try:
                command = kind(options.program, folder)
                counts = kill_often(command, options.kills, random.Random(1))
            except AssertionError as error:
                print(f"{kind.name}: {error}", file=sys.stderr)
                wrong = True
                continue
        print(
            f"{kind.name}: {options.kills} killed, {counts['old']} left the old output, "
            f"{counts['new']} the new one; {counts['temporaries']} times a temporary lay there; "
            f"{counts['gone on']} gone on with; {counts['ended before']} ended before",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("MLPCTL", "mlpctl")
    sys.exit(main())
