"""The machine's float32 matrix product rate: gemm_rate.py THREADS

Square products of several sizes by PyTorch's library and by NumPy's; the fastest single run counts,
because this is the ceiling that the other figures are held against.
"""

import os
import sys
import time

threads = int(sys.argv[1])
os.environ["OPENBLAS_NUM_THREADS"] = str(threads)

import numpy as np  # noqa: E402  (reads the variable above when it loads)
import torch  # noqa: E402


def fastest(product, budget: float) -> float:
    """Seconds of the quickest call within `budget` seconds."""
    product()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    torch.set_num_threads(threads)
    rates = []
    for size in (256, 512, 1024):
        a, b, c = (torch.rand(size, size) for _ in range(3))
        x, y, z = a.numpy(), b.numpy(), c.numpy()
        for product in (lambda: torch.mm(a, b, out=c), lambda: np.matmul(x, y, out=z)):
            rates.append(2 * size**3 / fastest(product, budget=0.5))
    print(max(rates))


main()
