#!/usr/bin/env python3
"""Makes every system call and allocation of every command fail once, and looks at what comes of it.

    inject.py SHIM MLPCTL [--sample N | --most N] [--only NAME] [--kind KIND] [--no-training]

SHIM is fault_shim, which is preloaded; see there what it sees. Each command runs once without a
fault, which counts its calls; then once for each occurrence of each kind of call and each error
that such a call may have. Prints a line of figures a command, and every broken promise with the
call that failed; exits with 1 if there was one. With --sample it takes N cases by chance, always
the same.
"""

import argparse
import collections
import dataclasses
import errno
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import commands
import disk
import oracle

SHORT = -1  # half of the bytes, no error
PATIENCE = 10  # seconds; twenty times as long as without a fault where that is more
ERRORS = {
    "open": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR, errno.EMFILE, errno.ENOMEM, errno.EACCES),
    "read": (errno.EIO, errno.EINTR, errno.EAGAIN, errno.ENOMEM, SHORT),
    "write": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR, errno.EAGAIN, SHORT),
    "mmap": (errno.ENOMEM, errno.EAGAIN, errno.EMFILE),
    "fsync": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR),
    "rename": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM),
    "link": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EPERM),
    "close": (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR),
    "truncate": (errno.EIO, errno.ENOSPC, errno.EINTR),
    "stat": (errno.EIO, errno.ENOMEM),
    "list": (errno.EIO, errno.ENOMEM),
    "fcntl": (errno.EAGAIN, errno.ENOLCK),
    "owner": (errno.EIO, errno.EPERM),
    "thread": (errno.EAGAIN, errno.ENOMEM),
}


@dataclasses.dataclass
class Run:
    code: int
    stdout: str
    stderr: str
    files: dict
    trace: list


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    at: int
    error: int
    onward: bool = False

    def name(self):
        error = "short" if self.error == SHORT else errno.errorcode[self.error]
        return f"{self.kind} {self.at}{' and on' if self.onward else ''}: {error}"


class Injector:
    def __init__(self, shim, workspace):
        # The loader takes a space in a path for the end of one.
        self.shim = workspace.folder / "shim.so"
        self.shim.symlink_to(pathlib.Path(shim).resolve())
        self.workspace = workspace
        self.trace = str(workspace.folder / "trace")

    def run(self, command, fault=None, patience=300, **extra):
        self.workspace.fresh(command)
        settings = {"LD_PRELOAD": str(self.shim), "FAULT_TRACE": self.trace} | extra
        if fault is not None:
            settings |= {
                "FAULT_CALL": fault.kind,
                "FAULT_AT": str(fault.at),
                "FAULT_ERROR": str(fault.error),
                "FAULT_ONWARD": str(int(fault.onward)),
            }
        arguments = [self.workspace.program, *command.arguments.split()]
        try:
            done = subprocess.run(
                arguments,
                cwd=self.workspace.folder,
                env=commands.environment(**settings),
                input=command.stdin.encode(),
                capture_output=True,
                timeout=patience,
            )
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            code, out, err = None, late.stdout or b"", late.stderr or b""
        trace = pathlib.Path(self.trace).read_bytes()
        if not extra:
            trace = trace.decode(errors="replace").splitlines()
        return Run(code, out.decode(errors="replace"), err.decode(errors="replace"), self.workspace.written(), trace)


def faults_of(trace):
    """Every fault that can be put into a run with this trace; allocations apart."""
    counts = collections.Counter(line.split("\t")[0] for line in trace)
    for kind, errors in ERRORS.items():
        for at in range(1, counts[kind] + 1):
            for error in errors:
                yield Fault(kind, at, error)


def allocations_of(trace, most, generator):
    """Each allocation alone, and each with all that follow; some of them where there are many."""
    count = next(int(line.split("\t")[1]) for line in trace if line.startswith("allocations"))
    places = range(1, count + 1)
    if count > most:
        places = sorted(generator.sample(places, most))
    for at in places:
        yield Fault("alloc", at, errno.ENOMEM)
        yield Fault("alloc", at, errno.ENOMEM, onward=True)


def is_absorbed(fault, call):
    """What is tried again, or does not matter once the data is on the disk."""
    parts = call.split("\t")
    if fault.kind in ("close", "thread"):
        return True
    # The C library does not try again in opendir().
    lists = fault.kind == "open" and int(parts[5]) & (os.O_DIRECTORY | os.O_TMPFILE) == os.O_DIRECTORY
    return fault.error in (errno.EINTR, SHORT) and not lists


def failed_call(trace):
    """The record after "fired"."""
    if "fired" not in trace:
        return None
    place = trace.index("fired") + 1
    return trace[place] if place < len(trace) else ""


def is_to_standard_error(call):
    return call.startswith("write\t") and call.split("\t")[3] == "2"


def versions_of(injector, command):
    """What each output held one after the other, as a checkpoint is written several times."""
    old = {name: injector.workspace.old for name in command.old}
    trace = injector.run(command, FAULT_DATA="1").trace
    last = None
    for _, last in disk.replayed(disk.calls_of(trace), "out", old):
        pass
    return last.versions if last else {}


class Sweep:
    def __init__(self, injector, command, options, generator):
        self.injector, self.command = injector, command
        started = time.monotonic()
        self.right = injector.run(command)
        self.patience = max(PATIENCE, 20 * (time.monotonic() - started))
        if self.right.code != 0:
            raise SystemExit(f"{command.name} fails without a fault: {self.right.stderr}")
        self.versions = versions_of(injector, command)
        self.faults = list(faults_of(self.right.trace))
        self.faults += allocations_of(self.right.trace, options.allocations, generator)
        if options.most and len(self.faults) > options.most:
            self.faults = generator.sample(self.faults, options.most)
        if options.kind:
            self.faults = [fault for fault in self.faults if fault.kind == options.kind]
        self.injected = self.kept = self.absent = 0

    def one(self, fault):
        run = self.injector.run(self.command, fault, self.patience)
        call = failed_call(run.trace)
        if call is None:
            self.absent += 1  # fewer calls this time, as threads came in another order
        absorbed = call is None or is_absorbed(fault, call)
        silent = is_to_standard_error(call or "")
        wrong = oracle.judge(self.command, run, self.right, self.versions, absorbed, silent)
        if wrong is None and self.injector.workspace.stamps() != self.injector.workspace.inputs:
            wrong = "an input was changed"
        if call is not None:
            self.injected += 1
            self.kept += wrong is None
        if wrong is not None:
            print(f"  {self.command.name}: {fault.name()}: {wrong}\n    {call}", flush=True)
        return wrong is None

    def figures(self, seconds):
        return (
            f"{self.command.name:22} {self.injected:6} injected, {self.kept:6} as promised"
            f"  ({self.absent} did not come, {seconds:.0f} s)"
        )


def sweeps_of(options, injector, generator):
    for command in commands.COMMANDS:
        if options.only in ("", command.name) and not (command.trains and options.no_training):
            yield Sweep(injector, command, options, generator)


def run_all(options, injector, generator):
    injected = kept = 0
    right = True
    for sweep in sweeps_of(options, injector, generator):
        started = time.monotonic()
        for fault in sweep.faults:
            right &= sweep.one(fault)
        print(sweep.figures(time.monotonic() - started), flush=True)
        injected, kept = injected + sweep.injected, kept + sweep.kept
    print(f"{injected} injected, {kept} as promised")
    return right


def run_sample(options, injector, generator):
    sweeps = list(sweeps_of(options, injector, generator))
    # A training takes as long as thirty of the others.
    few = [s for s in sweeps if s.command.trains]
    many = [s for s in sweeps if not s.command.trains]
    plan = [generator.choice(many) for _ in range(options.sample)]
    plan += [generator.choice(few) for _ in range(options.sample // 30) if few]
    right = True
    for sweep in plan:
        right &= sweep.one(generator.choice(sweep.faults))
    injected = sum(sweep.injected for sweep in sweeps)
    print(f"{injected} injected, {sum(sweep.kept for sweep in sweeps)} as promised")
    return right and injected > options.sample // 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shim")
    parser.add_argument("program")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--allocations", type=int, default=300, help="at most so many a command")
    parser.add_argument("--most", type=int, default=0, help="at most so many a command, by chance")
    parser.add_argument("--no-training", action="store_true")
    options = parser.parse_args()
    generator = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        workspace = commands.Workspace(options.program, folder, not options.no_training)
        injector = Injector(options.shim, workspace)
        right = (run_sample if options.sample else run_all)(options, injector, generator)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
