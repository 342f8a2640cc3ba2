"""How long a user waits for a short command: whole processes, wall time and peak memory."""

from dataclasses import dataclass

from harness import processes
from harness.bench import Bench
from harness.report import table, verdict
from harness.spread import Spread, in_turn, ratios

from sections.predict import pictures


@dataclass(frozen=True)
class Command:
    line: list
    expect: int = 0
    most_ms: float | None = None
    most_mb: float | None = None


PREDICT, SCRIPT = "predict image.png", "Python script that does the same"
FASTER_THAN_SCRIPT = 50


def commands(bench: Bench) -> dict:
    ours, model = bench.mlpctl, bench.model
    saved = bench.build / "saved.safetensors"
    image = pictures(bench, 500) / "00001.png"
    return {
        "--help": Command([ours, "--help"], most_ms=20),
        "wrong usage": Command([ours, "predict", "--no-such-option"], expect=2, most_ms=20),
        "load mlp.pt": Command([ours, "load", model], most_ms=20),
        "save to .safetensors": Command([ours, "save", "--from", model, "--out", saved, "--force"],
                                        most_ms=20),
        PREDICT: Command([ours, "predict", "--model", model, image], most_ms=25, most_mb=40),
        SCRIPT: Command(bench.peer("python_predict", model, image)),
        "ONNX Runtime script": Command(bench.peer("onnxruntime_predict", bench.onnx_model, image)),
    }


def limits(command: Command, seconds: Spread, peak_mb: Spread) -> str:
    parts = []
    if command.most_ms is not None:
        parts.append(f"{command.most_ms} ms: {verdict(1000 * seconds.median <= command.most_ms)}")
    if command.most_mb is not None:
        parts.append(f"{command.most_mb} MB: {verdict(peak_mb.median <= command.most_mb)}")
    return ", ".join(parts)


def measure(bench: Bench) -> str:
    bench.say("start: short commands")
    everything = commands(bench)
    slow = {SCRIPT, "ONNX Runtime script"}

    def contestants(names) -> dict:
        return {name: lambda command=everything[name]: processes.run(command.line, expect=command.expect)
                for name in names}

    fast_names = [name for name in everything if name not in slow]
    in_turn(contestants(everything), 1)  # Brings the files into memory.
    turns = 5 if bench.quick else 40
    results = in_turn(contestants(fast_names), turns)
    paired = in_turn(contestants([PREDICT, *slow]), bench.rounds)
    for name in slow:
        results[name] = paired[name]

    rows = []
    for name, runs in results.items():
        seconds, peak = Spread.of(run.seconds for run in runs), Spread.of(run.peak_mb for run in runs)
        rows.append([name, seconds.scaled(1000), f"{peak.median:.0f}",
                     limits(everything[name], seconds, peak)])
    ratio = ratios([run.seconds for run in paired[SCRIPT]], [run.seconds for run in paired[PREDICT]])
    notes = (f"`{PREDICT}` is {ratio} times faster than the Python script"
             f" (must be {FASTER_THAN_SCRIPT}: {verdict(ratio.median >= FASTER_THAN_SCRIPT)})."
             f" Each of mlpctl's commands ran {turns} times, the scripts in {bench.rounds} rounds of their own."
             f" Memory up to {processes.own_peak_mb():.0f} MB, the driver's own, cannot be told apart.")
    return table(["", "ms", "peak MB", "at most"], rows) + "\n\n" + notes
