"""A training step on 1 to 16 cores, on paper: its tasks as measured one by one, dealt out as the pool deals them.

    seconds = alone + for each of the step's runs: the longest thread's tasks + a meeting
Tasks go in their order to the thread that is free first. What the step does on one thread alone does not
shrink, and a run of 19 blocks and a few parts of the head ends when its last task does. That cores share
memory and caches is not in it, so it is a bound from below; one and two cores are measured beside it.
"""

import heapq
import json

from harness import processes
from harness.bench import HERE, Bench
from harness.report import table
from harness.spread import Spread, in_turn

from sections.train import mlpctl_step

CORES = [1, 2, 4, 8, 16]
# Steps of a measured epoch by batch.
BATCHES = {64: 400, 128: 300, 256: 150, 1024: 40}
FLOAT = 4
# Packed big weight; the folded weight, of which a block at a time is there; all else.
BIG, FOLDED, SMALL = 28 * 26 * 5 * 304, 784 * 304, 300 + 300 * 64 + 64 + 640 + 10
LIT = 150  # pixels of a picture that are not black


def program(bench: Bench):
    build = HERE.parent.parent / "build"
    processes.run(["cmake", "--build", build, "--target", "step_tasks"])
    return build / "bin" / "step_tasks"


def tasks_of(bench: Bench, batch: int) -> dict:
    files = [bench.data / f"train-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")]
    return json.loads(processes.run([program(bench), *files, batch, 20 if bench.quick else 200]).out)


def longest(tasks: list, cores: int) -> float:
    """Microseconds until the last of these is done."""
    free = [0.0] * cores
    for task in tasks:
        heapq.heappush(free, heapq.heappop(free) + task)
    return max(free)


def step(measured: dict, cores: int) -> float:
    meetings = 0 if cores == 1 else measured["meeting"] * len(measured["runs"])
    return measured["alone"] + meetings + sum(longest(run, cores) for run in measured["runs"])


def counted(batch: int) -> str:
    """What a step of Adam reads and writes of parameters and moments, and its multiplications and additions."""
    parameters = FLOAT * (BIG * (1 + 3 + 3) + SMALL * (1 + 3 + 3))
    work = 2 * batch * (2 * LIT * 304 + 3 * (300 * 64 + 64 * 10)) + 2 * 3 * 9 * BIG
    return f"{parameters / 1e6:.1f} MB, {work / 1e6:,.0f} M"


def measure(bench: Bench) -> str:
    rows = []
    for batch, epoch in list(BATCHES.items())[:2 if bench.quick else None]:
        bench.say(f"cores: batch {batch}")
        measured = tasks_of(bench, batch)
        short = bench.with_images(batch * epoch // (5 if bench.quick else 1))
        steps = in_turn({threads: lambda threads=threads: mlpctl_step(short, batch, threads).seconds
                         for threads in bench.thread_counts}, bench.rounds)
        one = step(measured, 1)
        seen = ", ".join(f"{Spread.of(each).scaled(1000)}" for each in steps.values())
        rows.append([batch, counted(batch), len(measured["runs"]), f"{measured['alone'] / one:.0%}", seen,
                     *(f"{step(measured, cores) / 1000:.3g} ({one / step(measured, cores):.2f})" for cores in CORES)])
    header = ["batch", "of parameters, operations", "meetings", "alone", "measured ms on 1, 2 threads",
              *(f"{cores} core{'s' if cores > 1 else ''}, ms (times)" for cores in CORES)]
    return "\n\n".join([table(header, rows),
                         f"A meeting of two threads took {measured['meeting']:.0f} microseconds beyond its tasks."])
