"""Training by two ranks of this machine: a step against one process's and PyTorch's DistributedDataParallel."""

from harness import ranks
from harness.bench import Bench
from harness.report import table, verdict
from harness.spread import Spread, in_turn, ratios

TWO_THREADS = "mlpctl, 1 process of 2 threads"
MEMORY = "mlpctl, 2 ranks of 1 thread"
NETWORK = "mlpctl, 2 ranks of 1 thread, by Gloo on lo"
DDP = "DistributedDataParallel, 2 ranks of 1 thread, by Gloo on lo"
# The plain recipe's batch, the default recipe's, and a large one.
BATCHES = [64, 128, 512]
# Issue 19.
TIMES_DDP, SLOWER = 3, 1.15


def steps_of(bench: Bench, batch: int) -> int:
    return {64: 400, 128: 300, 512: 100}[batch] // (5 if bench.quick else 1)


def contest(bench: Bench, batch: int) -> dict:
    steps = steps_of(bench, batch)
    bench = bench.with_images(steps * batch)
    return in_turn({
        "mlpctl, 1 process of 1 thread": lambda: ranks.alone(bench, batch, 1),
        TWO_THREADS: lambda: ranks.alone(bench, batch, 2),
        MEMORY: lambda: ranks.by_torchrun(bench, batch, 2, {}),
        NETWORK: lambda: ranks.by_torchrun(bench, batch, 2, ranks.BY_NETWORK),
        DDP: lambda: ranks.ddp(bench, batch, 2, steps),
    }, bench.rounds)


def sent(bench: Bench) -> dict:
    """Bytes a step, counted with the headers of TCP and IP; the batch does not matter."""
    batch, steps = 128, 40
    bench = bench.with_images(steps * batch)
    ours = lambda times: ranks.torchrun(2, "--no-python", "--", *ranks.train_command(bench, batch, 1, times))
    return {
        NETWORK: ranks.bytes_a_step(ours, steps),
        # It takes as many steps to warm up.
        DDP: ranks.bytes_a_step(lambda times: ranks.ddp_command(bench, batch, 2, times * steps), 2 * steps),
    }


def rows(results: dict, batch: int, counted: dict):
    seconds = {name: [step.seconds for step in steps] for name, steps in results.items()}
    for name in results:
        peer, two = (ratios(seconds[name], seconds[other]) for other in (MEMORY, TWO_THREADS))
        goal = ""
        if name == DDP:
            goal = f"{TIMES_DDP}: {verdict(peer.median >= TIMES_DDP)}"
        elif name == MEMORY:
            goal = f"{SLOWER} of 2 threads: {verdict(two.median <= SLOWER)}"
        yield [name, Spread.of(seconds[name]).scaled(1000), f"{batch / Spread.of(seconds[name]).median:,.0f}",
               "" if name == TWO_THREADS else two, "" if name == MEMORY else peer, goal,
               f"{counted[name] / 2e6:.2f}" if name in counted else ""]


def measure(bench: Bench) -> str:
    header = ["", "ms a step", "images/s", "time beside 2 threads", "beside 2 ranks", "must be", "MB a rank and step"]
    counted = sent(bench)
    return "\n\n".join(f"**Batch {batch}**\n\n" + table(header, list(rows(contest(bench, batch), batch, counted)))
                       for batch in BATCHES)
