"""Steps a second of mlpctl and of PyTorch on one device, and how far two models differ; for scripts/bench/cuda.sh.

    cuda_steps.py --compare A.pt B.pt
    cuda_steps.py --data FOLDER --device cuda:0 --program MLPCTL --scratch FOLDER

PyTorch runs the loop that python_tuned.py chose, with the set on the device and the loss added up there: eager, through
torch.compile, and captured once as a CUDA graph and replayed. mlpctl trains as a whole process; a step's time is what a
long run takes more than a short one. On the CPU there are no CUDA graphs.
"""

import argparse
import statistics
import subprocess
import sys
import time

import mnist
import torch
from torch.nn.functional import cross_entropy

BATCHES = (64, 256)
SHORT, LONG, ROUNDS = 1_000, 6_000, 3
# Of weights after 200 steps of SGD: the layers one by one and the folded pass differ by 2e-7 then, on the CPU.
ROUNDING = 1e-5


def compare(files) -> int:
    ours, theirs = (torch.load(file, weights_only=True, map_location="cpu") for file in files)
    if ours.keys() != theirs.keys():
        sys.exit(f"{files[0]} and {files[1]} have different entries")
    most = max(float((ours[name] - theirs[name]).abs().max()) for name in ours)
    finite = all(bool(torch.isfinite(value).all()) for value in ours.values())
    within = finite and most <= ROUNDING
    print(f"largest difference of a weight after 200 steps: {most:.2g}, {'within' if within else 'beyond'} {ROUNDING:g}")
    return 0 if within else 1


class Loop:
    """PyTorch's loop: `step()` takes the next batch. The order of pictures is on the device, too."""

    def __init__(self, folder, device, batch, way):
        self.pixels = torch.from_numpy(mnist.images(folder, "train")).unsqueeze(1).to(device).float().div_(255)
        self.targets = torch.from_numpy(mnist.labels(folder, "train")).to(device).long()
        self.batch, self.device, self.at = batch, device, len(self.targets)
        self.model = mnist.network().to(device)
        graphs = way == "CUDA graphs"
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True, capturable=graphs)
        self.forward = torch.compile(self.loss) if way == "compile" else self.loss
        self.index = torch.zeros(batch, dtype=torch.long, device=device)
        self.total = torch.zeros((), device=device)
        self.graph = self.captured() if graphs else None

    def loss(self, pixels, targets):
        return cross_entropy(self.model(pixels), targets)

    def work(self):
        loss = self.forward(self.pixels[self.index], self.targets[self.index])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.total += loss.detach()

    def captured(self):
        """The graph of one step; what it needs is made by a few steps on a stream of their own."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.work()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.work()
        return graph

    def step(self):
        if self.at + self.batch > len(self.targets):
            self.order, self.at = torch.randperm(len(self.targets), device=self.device), 0
        self.index.copy_(self.order[self.at : self.at + self.batch])
        self.at += self.batch
        self.work() if self.graph is None else self.graph.replay()

    def seconds_a_step(self, steps):
        self.total.zero_()
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        loss = self.total.item() / steps  # Waits for the device.
        seconds = (time.perf_counter() - start) / steps
        if not 0 < loss < 3:
            sys.exit(f"PyTorch does not learn: its loss is {loss}")
        return seconds


def seconds_of_mlpctl(options, batch, steps):
    command = [options.program, "-q", "train", "--data", options.data, "--recipe", "plain", "--device", options.device]
    command += ["--batch-size", batch, "--max-steps", steps, "--epochs", 1_000, "--force"]
    command += ["--out", f"{options.scratch}/steps.pt"]
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def rows(options, batch):
    """A row of the table for each contestant, which take turns."""
    on_device = options.device.startswith("cuda")
    ways = ["eager", "compile"] + (["CUDA graphs"] if on_device else [])
    loops = {way: Loop(options.data, options.device, batch, way) for way in ways}
    for loop in loops.values():
        loop.seconds_a_step(20)
    times = {"mlpctl": []} | {way: [] for way in ways}
    for _ in range(options.rounds):
        short, long = (seconds_of_mlpctl(options, batch, steps) for steps in (options.short, options.long))
        times["mlpctl"].append((long - short) / (options.long - options.short))
        for way, loop in loops.items():
            times[way].append(loop.seconds_a_step(options.short))
    for name, each in times.items():
        median = statistics.median(each)
        shown = name if name == "mlpctl" else f"PyTorch, {name}"
        yield f"| {batch} | {shown} | {1 / median:,.0f} | {median / statistics.median(times['mlpctl']):.2f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", nargs=2, metavar="MODEL")
    parser.add_argument("--data", type=mnist.Path)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--program")
    parser.add_argument("--scratch", default=".")
    parser.add_argument("--short", type=int, default=SHORT, help="steps of a short run")
    parser.add_argument("--long", type=int, default=LONG, help="steps of a long one")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.compare:
        return compare(options.compare)
    where = torch.cuda.get_device_name(options.device) if options.device.startswith("cuda") else "the CPU"
    print(f"{where}, torch {torch.__version__}; medians of {options.rounds} rounds in turn\n")
    print("| batch | | steps/s | mlpctl is faster |\n| ---: | --- | ---: | ---: |")
    for batch in BATCHES:
        for row in rows(options, batch):
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
