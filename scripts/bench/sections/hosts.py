"""Training by 1 to 64 hosts, on paper: from measured work and the size of messages; three points are tried.

A step on n hosts, each with one rank of one thread, of a batch B:
    seconds = (fixed + picture * B) / n + byte * sent + message * messages + 8 * sent / bandwidth + 3 * latency
The first term is arithmetic, of which each has its share; the next two are Gloo's and the kernel's work;
three times a step a rank waits for what only then sets out. Nothing is taken to overlap, so it is a bound.
"""


import numpy as np
from harness import ranks
from harness.bench import Bench
from harness.link import ADDRESSES, Link
from harness.report import table
from harness.spread import in_turn, rounded

HOSTS = [2, 4, 8, 16, 32, 64]
SPEEDS = [1, 10, 100]  # Gb/s
LATENCY = 50e-6
BATCHES = [128, 1024, 8192]
# Of all blocks and of the head, their weights and their gradients.
EXCHANGED = 2 * (954_560 + 79_656)
# To each other rank: two of weights, two of gradients and the taps', 200 bytes.
MESSAGES, TAPS = 5, 200
# Of two hosts: Gb/s, seconds one way, batch.
TRIED = [(1, 0.05e-3, 128), (0.2, 1e-3, 512), (0.1, 5e-3, 128)]


def sent(hosts: int) -> float:
    return EXCHANGED * (hosts - 1) / hosts + TAPS * (hosts - 1)


class Model:
    def __init__(self, fixed, picture, byte, message):
        self.fixed, self.picture, self.byte, self.message = fixed, picture, byte, message

    def traffic(self, hosts: int, speed: float, latency: float) -> float:
        if hosts == 1:
            return 0
        own = self.byte * sent(hosts) + self.message * MESSAGES * (hosts - 1)
        return own + 8 * sent(hosts) / (1e9 * speed) + 3 * latency

    def step(self, hosts: int, batch: int, speed: float, latency: float = LATENCY) -> float:
        return (self.fixed + self.picture * batch) / hosts + self.traffic(hosts, speed, latency)

    def least_batch(self, hosts: int, speed: float, gain: float) -> float:
        """From which on so many hosts are `gain` times as fast as one."""
        work = gain * self.traffic(hosts, speed, LATENCY) / (1 - gain / hosts)
        return max(1, (work - self.fixed) / self.picture)


def processor_time(bench: Bench, batch: int, size: int, steps: int) -> float:
    """Of a rank and step, in seconds: what three epochs take more than one."""
    spent = []
    for epochs in (1, 3):
        command = ranks.train_command(bench, batch, 1, epochs)
        variables = [each | ranks.BY_NETWORK for each in ranks.own_ranks(size)] if size > 1 else [{}]
        spent.append(ranks.started([(command, each) for each in variables]))
    return (spent[1] - spent[0]) / (2 * steps * size)


def measured_model(bench: Bench) -> Model:
    """Fitted to processor time, which other work on the machine changes least."""
    steps = 40 if bench.quick else 200
    points = {(1, 64): [], (1, 512): [], (2, 128): [], (4, 128): [], (8, 128): []}
    times = in_turn({
        (size, batch): lambda size=size, batch=batch: processor_time(bench.with_images(steps * batch), batch, size, steps)
        for size, batch in points
    }, bench.rounds)
    least = {point: min(values) for point, values in times.items()}
    picture = (least[1, 512] - least[1, 64]) / (512 - 64)
    fixed = least[1, 64] - 64 * picture
    sizes = [2, 4, 8]
    left = [least[size, 128] - (fixed + 128 * picture) / size for size in sizes]
    costs = np.array([[sent(size), MESSAGES * (size - 1)] for size in sizes])
    byte, message = np.linalg.lstsq(costs, np.array(left), rcond=None)[0]
    return Model(fixed, picture, max(0.0, byte), max(0.0, message))


def tried(bench: Bench, speed: float, latency: float, batch: int) -> float:
    steps = 40 if bench.quick else 100
    bench = bench.with_images(steps * batch)
    command = ranks.train_command(bench, batch, 1, 2)
    with Link(1e9 * speed, latency):
        variables = ranks.own_ranks(2, ADDRESSES[0])
        ranks.started([(Link.at_end(end, command), each) for end, each in enumerate(variables)])
    return ranks.logged_step(bench, batch)


def points(bench: Bench, model: Model):
    results = in_turn({point: lambda point=point: tried(bench, *point) for point in TRIED}, min(3, bench.rounds))
    for (speed, latency, batch), seconds in results.items():
        paper = model.step(2, batch, speed, latency)
        found = sorted(seconds)[len(seconds) // 2]
        yield [f"{speed:g} Gb/s, {1000 * latency:g} ms, batch {batch}", rounded(1000 * paper), rounded(1000 * found),
               f"{found / paper:.2f}"]


def gains(model: Model):
    for speed in SPEEDS:
        for batch in BATCHES:
            one = model.step(1, batch, speed)
            yield [f"{speed} Gb/s, batch {batch:,}", *(f"{one / model.step(hosts, batch, speed):.2f}" for hosts in HOSTS)]


def limits(model: Model):
    for speed in SPEEDS:
        for gain, words in ((lambda hosts: 1, "faster than one"), (lambda hosts: hosts / 2, "half of n times as fast")):
            cells = (f"{model.least_batch(hosts, speed, gain(hosts)):,.0f}" if gain(hosts) < hosts else "" for hosts in HOSTS)
            yield [f"{speed} Gb/s, {words}", *cells]


def measure(bench: Bench) -> str:
    model = measured_model(bench)
    hosts = [f"{count} hosts" for count in HOSTS]
    work = (f"A step takes a thread {1000 * model.fixed:.2f} ms and {1e6 * model.picture:.1f} us a picture; what is sent"
            f" {1e9 * model.byte:.2f} ms a MB and {1e6 * model.message:.0f} us a message (Gloo and the kernel).")
    return "\n\n".join([
        work,
        f"**How many times as fast as one host** ({1e6 * LATENCY:.0f} us one way)\n\n" + table(["", *hosts], list(gains(model))),
        "**The batch from which on it pays**\n\n" + table(["", *hosts], list(limits(model))),
        "**Tried with two ranks on an emulated link**\n\n"
        + table(["", "on paper, ms a step", "found", "ratio"], list(points(bench, model))),
    ])
