"""Test accuracy over seconds since a process began: mlpctl's recipes and PyTorch with the default recipe."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from statistics import mean

from harness.bench import Bench
from harness.plots import curves
from harness.report import table

SEEDS = [1, 2, 3]
LEVELS = [98.0, 98.5, 99.0, 99.1]


@dataclass(frozen=True)
class Point:
    seconds: float
    accuracy: float


def course(command, pattern: str, scale: float, environment: dict) -> list:
    """The points of a run whose lines tell an accuracy, timed as they come, and the end's seconds."""
    begin, points = time.perf_counter(), []
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env=os.environ | environment) as process:
        for line in process.stdout:
            if found := re.search(pattern, line):
                points.append(Point(time.perf_counter() - begin, scale * float(found[1])))
    if process.returncode != 0 or not points:
        raise RuntimeError(f"{command[0]} ended with {process.returncode} after {len(points)} epochs")
    return points


def ours(bench: Bench, recipe: str, seed: int) -> list:
    epochs = ["--epochs", 2] if bench.quick else []
    return course([bench.mlpctl, "train", "--recipe", recipe, "--seed", seed, "--test-every", 1, *epochs,
                   "--data", bench.data, "--out", bench.build / "curve.pt"],
                  r"^epoch .* accuracy ([0-9.]+) %", 1, {})


def torch_loop(bench: Bench, seed: int) -> list:
    threads = bench.thread_counts[-1]
    return course(bench.peer("python_recipe", "--data", bench.data, "--batch-size", 128, "--threads", threads,
                             "--seed", seed, "--epochs", 2 if bench.quick else 28),
                  r'"accuracy": ([0-9.]+)', 100, {"OMP_WAIT_POLICY": "passive"})


def first_at(runs: list, level: float) -> str:
    """The mean of the runs' seconds until their accuracy is this for the first time."""
    seconds = [next((point.seconds for point in points if point.accuracy >= level), None) for points in runs]
    return "" if None in seconds else f"{mean(seconds):.3g}"


def measure(bench: Bench) -> str:
    contestants = {
        "mlpctl, quick": lambda seed: ours(bench, "quick", seed),
        "mlpctl, default": lambda seed: ours(bench, "default", seed),
        "PyTorch, default": lambda seed: torch_loop(bench, seed),
    }
    runs = {name: [] for name in contestants}
    for seed in SEEDS[:1] if bench.quick else SEEDS:
        for name, run in contestants.items():
            bench.say(f"curves: {name}, seed {seed}")
            runs[name].append(run(seed))
            time.sleep(0.5)
    curves(bench.figures / "curves.svg",
           {name: [[(point.seconds, point.accuracy) for point in points] for points in courses]
            for name, courses in runs.items()}, "seconds since the process began", "test accuracy, %")
    header = ["", "epochs", "last, %", "its mean", "seconds", *(f"s to {level:g} %" for level in LEVELS)]
    rows = [[name, len(courses[0]), ", ".join(f"{points[-1].accuracy:.2f}" for points in courses),
             f"{mean(points[-1].accuracy for points in courses):.2f}",
             f"{mean(points[-1].seconds for points in courses):.3g}",
             *(first_at(courses, level) for level in LEVELS)] for name, courses in runs.items()]
    return "\n\n".join([table(header, rows), "![test accuracy over seconds](curves.svg)"])
