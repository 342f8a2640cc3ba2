"""Training: milliseconds a step against every peer, and peak memory."""

import json
from dataclasses import dataclass

from harness import arithmetic, processes
from harness.bench import Bench
from harness.plots import bars
from harness.report import table, verdict
from harness.spread import Spread, in_turn, ratios, rounded

OURS, LAYERS = "mlpctl", "mlpctl --no-fold (layers, C++)"
PEERS = {
    "Python tuned": "python_tuned",
    "Python torch.compile": "torch_compile",
    "JAX, epoch jitted": "jax_epoch",
    "Python tutorial": "python_tutorial",
}
# Issue 5: (peer, batch, threads) -> how many times faster mlpctl must be.
TARGETS = {
    ("Python tuned", 64, 1): 4,
    ("Python tuned", 64, 2): 3,
    ("Python tuned", 256, 1): 7,
    ("JAX, epoch jitted", 64, 1): 4,
    ("JAX, epoch jitted", 256, 1): 5,
    ("Python tutorial", 64, 1): 8,
}
BATCHES = [64, 256]


@dataclass(frozen=True)
class Step:
    seconds: float
    peak_mb: float
    loss: float


def epoch_of(bench: Bench, batch: int) -> int:
    """The steps of one epoch of every contestant: one to warm up, then one a round."""
    return {64: 200, 256: 60}[batch] // (5 if bench.quick else 1)


def mlpctl_step(bench: Bench, batch: int, threads, *options) -> Step:
    """A run of two epochs; the program's own clock over the second."""
    log = bench.build / "train.jsonl"
    finished = processes.run([bench.mlpctl, "train", "--data", bench.data, "--recipe", "plain",
                              "--batch-size", batch, "--threads", threads, "--epochs", 2,
                              "--log", log, "--out", bench.build / "train.pt", *options])
    events = [json.loads(line) for line in log.read_text().splitlines()]
    epoch = [event for event in events if event["event"] == "epoch"][-1]
    return Step(batch / epoch["images_per_second"], finished.peak_mb, epoch["train_loss"])


def worker_step(worker: processes.Worker, steps: int) -> Step:
    answer = worker.repeat(steps)
    return Step(answer["seconds"] / steps, answer["peak_mb"], answer["value"])


def contest(bench: Bench, batch: int, threads: int) -> dict:
    """Every contestant's steps, measured in turn on a set that makes an epoch of them."""
    steps = epoch_of(bench, batch)
    bench = bench.with_images(steps * batch)
    workers = {name: bench.worker(script, threads, batch) for name, script in PEERS.items()}
    for name, worker in workers.items():
        bench.say(f"train: warming up {name}, batch {batch}, {threads} thread(s)")
        worker.repeat(steps)
    contestants = {
        OURS: lambda: mlpctl_step(bench, batch, threads),
        LAYERS: lambda: mlpctl_step(bench, batch, threads, "--no-fold"),
    }
    for name, worker in workers.items():
        contestants[name] = lambda worker=worker: worker_step(worker, steps)
    results = in_turn(contestants, bench.rounds)
    for worker in workers.values():
        worker.close()
    return results


def check_learning(results: dict) -> None:
    """A contestant that does not learn has not done the work that is timed. Guessing loses 2.3."""
    for name, steps in results.items():
        if not steps[-1].loss < 1.5:
            raise RuntimeError(f"{name} ends with a loss of {steps[-1].loss}")


def rows(results: dict, batch: int, threads: int, limit: float):
    ours = [step.seconds for step in results[OURS]]
    for name, steps in results.items():
        seconds = [step.seconds for step in steps]
        spread = Spread.of(seconds)
        ratio = ratios(seconds, ours)
        target = TARGETS.get((name, batch, threads))
        yield [
            name,
            spread.scaled(1000),
            f"{batch / spread.median:,.0f}",
            f"{100 * limit / spread.median:.0f} %",
            "" if name == OURS else ratio,
            f"{target}: {verdict(ratio.median >= target)}" if target else "",
        ]


def memory(bench: Bench) -> str:
    """Peak resident memory of a run on all 60,000 images."""
    peaks = {OURS: mlpctl_step(bench, 64, 1).peak_mb}
    for name in ("Python tuned", "Python tutorial"):
        worker = bench.worker(PEERS[name], 1, 64)
        peaks[name] = worker_step(worker, 20).peak_mb
        worker.close()
    shares = [f"{peaks[OURS] / peak:.2f} of {name}'s {peak:.0f} MB ({verdict(peaks[OURS] / peak <= 0.5)})"
              for name, peak in peaks.items() if name != OURS]
    return (f"Peak memory of a run on 60,000 images at batch 64, one thread: {peaks[OURS]:.0f} MB,"
            f" {' and '.join(shares)}; it must be at most half.")


def measure(bench: Bench) -> str:
    header = ["", "ms a step", "images/s", "of the limit", "mlpctl is faster", "must be"]
    parts, medians = [], {}
    for batch in BATCHES:
        for threads in bench.thread_counts:
            results = contest(bench, batch, threads)
            check_learning(results)
            limit = arithmetic.training_step(batch) / bench.rate(threads)
            title = f"batch {batch}, {threads} thread{'s' if threads > 1 else ''}"
            parts.append(f"**{title.capitalize()}** (limit {rounded(1000 * limit)} ms)\n\n"
                         + table(header, list(rows(results, batch, threads, limit))))
            medians[title] = {name: Spread.of(s.seconds * 1000 for s in steps)
                              for name, steps in results.items()}
    bars(bench.figures / "train.svg", medians, "milliseconds a training step")
    return "\n\n".join([*parts, memory(bench), "![milliseconds a step](train.svg)"])
