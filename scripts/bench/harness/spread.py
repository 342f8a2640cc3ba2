"""Medians with their ranges, and contestants measured in turn."""

import time
from dataclasses import dataclass
from statistics import median

# Workers that wait for their next turn spin for a while (OpenMP, ONNX Runtime) before they sleep.
REST_SECONDS = 0.5


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float

    @staticmethod
    def of(values) -> "Spread":
        values = list(values)
        return Spread(median(values), min(values), max(values))

    def scaled(self, factor: float) -> "Spread":
        return Spread(self.median * factor, self.low * factor, self.high * factor)

    def __str__(self) -> str:
        return f"{rounded(self.median)} ({rounded(self.low)} to {rounded(self.high)})"


def rounded(value: float) -> str:
    """Three digits that mean something, thousands parted."""
    for limit, digits in ((0.995, 3), (9.95, 2), (99.5, 1)):
        if abs(value) < limit:
            return f"{value:.{digits}f}"
    return f"{value:,.0f}"


def in_turn(contestants: dict, rounds: int) -> dict:
    """Calls each contestant once a round: A B C A B C. Returns the list of results of each."""
    results = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            time.sleep(REST_SECONDS)
            results[name].append(measure())
    return results


def ratios(peer: list, ours: list) -> Spread:
    """How many times longer the peer took, round by round."""
    return Spread.of(p / o for p, o in zip(peer, ours, strict=True))
