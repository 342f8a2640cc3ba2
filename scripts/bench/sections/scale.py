"""Cost per image from 60,000 to 1,000,000 training images, the set repeated in generated IDX files.

At batch 256, where least is spent on a step and so most, in proportion, on fetching its images.
"""

import shutil

from harness.bench import Bench
from harness.plots import line
from harness.report import table, verdict
from harness.spread import Spread, in_turn

from sections.train import mlpctl_step

BATCH = 256
GROWTH_AT_MOST = 1.1


def measure(bench: Bench) -> str:
    counts = [60_000, 120_000] if bench.quick else [60_000, 250_000, 1_000_000]
    bench.say("scale: writing the sets")
    sets = {count: bench.with_images(count) for count in counts}
    contestants = {count: lambda larger=larger: mlpctl_step(larger, BATCH, 1)
                   for count, larger in sets.items()}
    bench.say("scale: training")
    results = in_turn(contestants, 1 if bench.quick else 3)
    for larger in sets.values():
        shutil.rmtree(larger.data)

    costs = {count: Spread.of(1e6 * step.seconds / BATCH for step in steps)
             for count, steps in results.items()}
    rows = [[f"{count:,}", cost, f"{max(step.peak_mb for step in results[count]):.0f}"]
            for count, cost in costs.items()]
    growth = costs[counts[-1]].median / costs[counts[0]].median
    line(bench.figures / "scale.svg", counts, list(costs.values()), "training images", "µs an image")
    return "\n\n".join([
        table(["training images", "µs an image", "peak MB"], rows),
        f"From {counts[0]:,} to {counts[-1]:,} images the cost of one grows {growth:.2f} times"
        f" (at most {GROWTH_AT_MOST}, which allows for noise: {verdict(growth <= GROWTH_AT_MOST)}).",
        "![microseconds an image](scale.svg)",
    ])
