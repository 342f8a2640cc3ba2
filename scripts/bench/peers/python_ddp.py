"""The loop of python_tuned.py under DistributedDataParallel with Gloo; started by torchrun.

A step's batch is shared among the ranks, as mlpctl does. Rank 0 prints a line of JSON with the seconds
of a step after as many steps of warming up, and the last loss. Tuned: gradients are views into one
bucket, and the graph is static.
"""

import argparse
import json
import pathlib
import time

import mnist
import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--bucket-mb", type=float, default=25)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    dist.init_process_group("gloo")
    rank, size = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(1)
    model = DistributedDataParallel(
        mnist.network(), gradient_as_bucket_view=True, static_graph=True, bucket_cap_mb=options.bucket_mb
    )
    pixels = torch.from_numpy(mnist.images(options.data, "train")).unsqueeze(1).float().div_(255)
    targets = torch.from_numpy(mnist.labels(options.data, "train")).long()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    # The first round warms up.
    for _ in range(2):
        batches = torch.randperm(len(targets), generator=torch.Generator().manual_seed(2)).split(options.batch_size)
        dist.barrier()
        begin = time.perf_counter()
        for step in range(options.steps):
            index = batches[step % (len(batches) - 1)].chunk(size)[rank]
            loss = cross_entropy(model(pixels[index]), targets[index])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        dist.barrier()
        seconds = (time.perf_counter() - begin) / options.steps
    if rank == 0:
        print(json.dumps({"seconds": seconds, "loss": loss.item()}))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
