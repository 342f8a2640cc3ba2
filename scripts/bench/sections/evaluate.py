"""Evaluation of the 10,000 test images, timed inside each process."""

import json
import re

from harness import arithmetic, processes
from harness.bench import Bench
from harness.report import table, verdict
from harness.spread import Spread, in_turn, ratios, rounded

OURS = "mlpctl eval"
LAYERS = "mlpctl eval --engine libtorch"
IMAGES = 10_000
BATCH = 256
TARGETS = {LAYERS: 4}


def mlpctl_seconds(bench: Bench, engine: str, threads: int) -> tuple:
    finished = processes.run([bench.mlpctl, "eval", "--model", bench.model, "--data", bench.data,
                              "--engine", engine, "--threads", threads, "--json", "--verbose"])
    seconds = re.search(r"answered \d+ images in ([\d.]+) s", finished.err).group(1)
    return float(seconds), json.loads(finished.out)["accuracy"]


def worker_seconds(worker: processes.Worker, passes: int) -> tuple:
    answer = worker.repeat(passes)
    return answer["seconds"] / passes, answer["value"]


def contest(bench: Bench, threads: int) -> dict:
    workers = {
        "Python eager": bench.worker("python_eval", threads, BATCH, bench.model),
        "ONNX Runtime": bench.worker("onnxruntime_eval", threads, BATCH, bench.onnx_model),
    }
    for worker in workers.values():
        worker.repeat(1)
    contestants = {
        OURS: lambda: mlpctl_seconds(bench, "native", threads),
        LAYERS: lambda: mlpctl_seconds(bench, "libtorch", threads),
    }
    for name, worker in workers.items():
        contestants[name] = lambda worker=worker: worker_seconds(worker, 1 if bench.quick else 3)
    results = in_turn(contestants, bench.rounds)
    for worker in workers.values():
        worker.close()
    return results


def check_agreement(results: dict) -> None:
    """A digit may fall on the other side where two logits are equal but for rounding."""
    accuracies = [accuracy for pairs in results.values() for _, accuracy in pairs]
    if max(accuracies) - min(accuracies) > 2.5 / IMAGES:
        raise RuntimeError(f"the engines differ in accuracy: {sorted(set(accuracies))}")


def rows(results: dict, limit: float):
    ours = [seconds for seconds, _ in results[OURS]]
    for name, pairs in results.items():
        seconds = [seconds for seconds, _ in pairs]
        spread, ratio = Spread.of(seconds), ratios(seconds, ours)
        target = TARGETS.get(name)
        yield [
            name,
            spread.scaled(1000),
            f"{IMAGES / spread.median:,.0f}",
            f"{100 * limit / spread.median:.0f} %",
            "" if name == OURS else ratio,
            f"{target}: {verdict(ratio.median >= target)}" if target else "",
        ]


def measure(bench: Bench) -> str:
    header = ["", "ms for 10,000", "images/s", "of the limit", "mlpctl is faster", "must be"]
    parts = []
    for threads in bench.thread_counts:
        bench.say(f"eval: {threads} thread(s)")
        results = contest(bench, threads)
        check_agreement(results)
        limit = arithmetic.inference(IMAGES) / bench.rate(threads)
        title = f"{threads} thread{'s' if threads > 1 else ''}"
        parts.append(f"**{title}** (limit {rounded(1000 * limit)} ms)\n\n"
                     + table(header, list(rows(results, limit))))
    return "\n\n".join(parts)
