"""--threads auto against one thread, on a quiet machine and beside a process that keeps a core busy."""

import os
import subprocess
import sys
from contextlib import contextmanager

from harness.bench import Bench
from harness.report import table, verdict
from harness.spread import Spread, in_turn, ratios

from sections.train import BATCHES, epoch_of, mlpctl_step

SLOWER_AT_MOST = 1.05


@contextmanager
def busy_neighbour():
    """A process that never sleeps, on the last of this process's cores."""
    core = max(os.sched_getaffinity(0))
    loop = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", loop])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def rows(bench: Bench, batch: int, machine: str):
    contestants = {threads: lambda threads=threads: mlpctl_step(bench, batch, threads).seconds
                   for threads in ["1", "2", "auto"]}
    results = in_turn(contestants, bench.rounds)
    for threads, seconds in results.items():
        ratio = ratios(seconds, results["1"])
        limit = verdict(ratio.median <= SLOWER_AT_MOST) if threads == "auto" else ""
        yield [machine, batch, threads, Spread.of(seconds).scaled(1000),
               "" if threads == "1" else ratio, limit]


def measure(bench: Bench) -> str:
    header = ["machine", "batch", "--threads", "ms a step", "time against one thread",
              f"at most {SLOWER_AT_MOST}"]
    lines = []
    for batch in BATCHES:
        bench.say(f"threads: batch {batch}")
        short = bench.with_images(batch * epoch_of(bench, batch))
        lines += rows(short, batch, "quiet")
        with busy_neighbour():
            lines += rows(short, batch, "one core busy")
    return table(header, lines)
