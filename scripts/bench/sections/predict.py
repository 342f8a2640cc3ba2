"""Many pictures: 10,000 PNG files in a folder, and as one IDX file; whole processes."""

from harness import arithmetic, processes
from harness.bench import Bench
from harness.report import table
from harness.spread import Spread, in_turn, ratios

OURS, PYTHON, INSIDE = "mlpctl predict", "Python, whole process", "Python, the loop alone"
IMAGES = 10_000


def pictures(bench: Bench, count: int):
    folder = bench.build / f"pictures-{count}"
    if not folder.is_dir() or len(list(folder.iterdir())) != count:
        processes.run(bench.peer("write_pictures", bench.data, folder, count))
    return folder


def answered(finished: processes.Finished, count: int) -> processes.Finished:
    lines = finished.out.count("\n")
    if lines < count:
        raise RuntimeError(f"{count} pictures, but {lines} lines of answers")
    return finished


def contest(bench: Bench, source, count: int, threads: int) -> dict:
    ours = [bench.mlpctl, "predict", "--model", bench.model, "--threads", threads, source]
    python = bench.peer("python_folder", bench.model, source, threads)
    return in_turn({
        OURS: lambda: answered(processes.run(ours), count),
        PYTHON: lambda: answered(processes.run(python), count),
    }, min(3, bench.rounds))  # The Python loop takes seconds.


def rows(results: dict, count: int, threads: int, limit: float):
    ours = [run.seconds for run in results[OURS]]
    timings = {
        OURS: ours,
        PYTHON: [run.seconds for run in results[PYTHON]],
        INSIDE: [float(run.err.split()[-1]) for run in results[PYTHON]],
    }
    for name, seconds in timings.items():
        runs = results[OURS if name == OURS else PYTHON]
        spread = Spread.of(seconds)
        yield [
            name,
            threads,
            Spread.of(count / s for s in seconds),
            f"{100 * limit / spread.median:.2g} %",
            f"{Spread.of(run.peak_mb for run in runs).median:.0f}",
            "" if name == OURS else ratios(seconds, ours),
        ]


def measure(bench: Bench) -> str:
    header = ["", "threads", "pictures/s", "of the limit", "peak MB", "mlpctl is faster"]
    count = 500 if bench.quick else IMAGES
    idx = bench.data / "t10k-images-idx3-ubyte"
    sources = {
        f"{count:,} PNG files": (pictures(bench, count), count),
        f"{IMAGES:,} images of an IDX file": (idx, IMAGES),
    }
    parts = []
    for title, (source, number) in sources.items():
        lines = []
        for threads in bench.thread_counts:
            bench.say(f"predict: {title}, {threads} thread(s)")
            limit = arithmetic.inference(number) / bench.rate(threads)
            lines += rows(contest(bench, source, number, threads), number, threads, limit)
        parts.append(f"**{title}**\n\n" + table(header, lines))
    return "\n\n".join(parts)
