"""Measures mlpctl against its peers and writes the tables and figures of README.md (run.sh calls it)."""

import argparse
import shutil
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

from harness import machine, report
from harness.bench import HERE, Bench
from sections import cores, curves, evaluate, hosts, predict, ranks, scale, start, threads, train

SECTIONS = {
    "train": train,
    "eval": evaluate,
    "predict": predict,
    "start": start,
    "threads": threads,
    "cores": cores,
    "scale": scale,
    "curves": curves,
    "ranks": ranks,
    "hosts": hosts,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench/run.sh", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help="few rounds, to see that it runs; writes to build-bench/quick, not here")
    parser.add_argument("--program", type=Path, default=HERE.parent.parent / "build" / "bin" / "mlpctl",
                        help="the mlpctl to measure; build/bin/mlpctl unless given")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="a part; may be repeated")
    return parser.parse_args()


def heading(bench: Bench) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "jax", "onnxruntime"))
    rates = " and ".join(f"{bench.rate(n) / 1e9:.0f} GFLOP/s on {n} thread{'s' if n > 1 else ''}"
                         for n in bench.thread_counts)
    return (f"{machine.processor()}; {machine.distribution()}; {versions}; {date.today()}."
            f" Matrix product: {rates}. Medians (lowest to highest) of {bench.rounds} rounds in turn.")


def page_to_write(bench: Bench) -> Path:
    """A quick run fills a copy, which keeps the parts that earlier quick runs measured."""
    page = bench.figures / "README.md"
    if not page.exists():
        bench.figures.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "README.md", page)
    return page


def main() -> None:
    options = arguments()
    root = HERE.parent.parent
    figures = root / "build-bench" / "quick" if options.quick else HERE
    bench = Bench(mlpctl=options.program.resolve(), data=options.data.resolve(), build=root / "build-bench",
                  figures=figures, quick=options.quick)
    page = page_to_write(bench)
    for name in options.only or SECTIONS:
        begin = time.perf_counter()
        text = SECTIONS[name].measure(bench)
        report.put(page, name, f"{heading(bench)}\n\n{text}")
        bench.say(f"{name}: done in {time.perf_counter() - begin:.0f} s, in {page}")


if __name__ == "__main__":
    main()
