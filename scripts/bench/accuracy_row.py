"""Prints one line for the runs of a recipe: accuracy, calibration and time, each run and the mean.

accuracy_row.py RECIPE-EPOCHS-SEED.json...   (eval's answers, with train's log beside each)
"""

import json
import statistics
import sys
from pathlib import Path


def epochs(log: Path) -> list[dict]:
    """The log's epoch lines."""
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return [line for line in lines if line["event"] == "epoch"]


def main(names: list[str]) -> None:
    reports = [json.loads(Path(name).read_text()) for name in names]
    logs = [epochs(Path(name).with_suffix(".jsonl")) for name in names]
    accuracy = [100 * report["accuracy"] for report in reports]
    calibration = [100 * report["ece"] for report in reports]
    # The last epoch of a run sees the images unchanged, so it tells what augmentation costs.
    usual = statistics.mean(line["seconds"] for log in logs for line in log[:-1])
    last = statistics.mean(log[-1]["seconds"] for log in logs)
    run = Path(names[0]).stem.rsplit("-", 1)[0]
    print(f"{run:<16} accuracy {statistics.mean(accuracy):.2f} %"
          f" ({' '.join(f'{value:.2f}' for value in accuracy)})"
          f"  ece {statistics.mean(calibration):.2f} %"
          f"  epoch {usual:.2f} s, last {last:.2f} s"
          f"  run {statistics.mean(sum(line['seconds'] for line in log) for log in logs):.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
