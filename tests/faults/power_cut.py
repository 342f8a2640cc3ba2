#!/usr/bin/env python3
"""Cuts the power after each call that a command makes, and looks at what the disk may then hold.

    power_cut.py SHIM MLPCTL [--no-training]

As ALICE does (Pillai and others, OSDI 2014): the writes, syncs, links and renames of one run are
recorded and replayed up to each of them. What was not synced may be there, be missing, be there in
part or be there as zeros; names that a folder was not synced for may have come, or not, or one
without the others. In each such state an output must be a complete old or new one, no older than
the last that was synced with its folder; and when the program has ended well, the new one. The same
replay without the syncs must find broken files, or it would prove nothing. The log of a training is
left out: it is not synced, and a cut may cost its last lines.
"""

import argparse
import sys
import tempfile

import commands
from disk import calls_of, replayed
from inject import Injector


def broken(disk, outputs):
    """The first output that a cut now may leave neither old nor new."""
    for names in disk.after_cut():
        for output in outputs:
            allowed = disk.versions.get(output, [None])[disk.committed.get(output, 0) :]
            inode = names.get(output)
            if inode is None:
                if None not in allowed:
                    return f"{output} may be missing"
            elif (size := inode.other_than(allowed)) is not None:
                return f"{output} may be {size} bytes"
    return None


def cuts(calls, folder, old, outputs):
    """How many cuts there were, those that break an output, and the disk after the last."""
    count, wrong = 0, []
    for call, disk in replayed(calls, folder, old):
        count += 1
        found = broken(disk, outputs)
        if found:
            wrong.append(f"after {call[0]} {call[3]} {call[4]}: {found}")
    return count, wrong, disk


def look_at(injector, command):
    run = injector.run(command, FAULT_DATA="1")
    if run.code != 0:
        raise SystemExit(f"{command.name} fails: {run.stderr}")
    outputs = [name for name in command.outputs() if not name.endswith(".jsonl")]
    old = {name: injector.workspace.old for name in command.old}
    calls = list(calls_of(run.trace))
    count, wrong, disk = cuts(calls, "out", old, outputs)
    for name in outputs:
        if disk.versions.get(name, [None])[-1] != run.files[name]:
            wrong.append(f"{name} was not written as the replay has it")
        if disk.committed.get(name, 0) + 1 != len(disk.versions.get(name, [None])):
            wrong.append(f"{name} is not on the disk when the program has ended")
    unsynced = [call for call in calls if call[0] != "fsync"]
    if not cuts(unsynced, "out", old, outputs)[1]:
        wrong.append("without its syncs it breaks nothing either, so this proves nothing")
    print(f"{command.name:22} {count:4} cuts, {count - min(count, len(wrong)):4} as promised", flush=True)
    for line in wrong[:5]:
        print(f"  {line}")
    return count, len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shim")
    parser.add_argument("program")
    parser.add_argument("--no-training", action="store_true")
    options = parser.parse_args()
    total = broken_ones = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = commands.Workspace(options.program, folder, not options.no_training)
        injector = Injector(options.shim, workspace)
        for command in commands.COMMANDS:
            # A picture with marks is written as a state is, but it is no longer than one write.
            if not command.outputs() or (command.trains and options.no_training):
                continue
            count, wrong = look_at(injector, command)
            total, broken_ones = total + count, broken_ones + wrong
    print(f"{total} cuts, {total - broken_ones} as promised")
    return 0 if broken_ones == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
