"""Many pictures in Python: a folder by Pillow, or an IDX file, in batches of 256.

python_folder.py mlp.pt FOLDER|IDX THREADS. Prints one line a picture on stdout and, on stderr, the
seconds that the loop alone took, without imports.
"""

import sys
import time
from pathlib import Path

import mnist
import numpy as np
import torch
from PIL import Image

BATCH = 256


def names_and_batches(source: Path):
    if source.is_dir():
        files = sorted(source.iterdir())
        for start in range(0, len(files), BATCH):
            some = files[start : start + BATCH]
            pixels = [np.asarray(Image.open(file).convert("L").resize((28, 28))) for file in some]
            yield some, np.stack(pixels)
    else:
        pixels = np.fromfile(source, dtype=np.uint8)[16:].reshape(-1, 28, 28)
        for start in range(0, len(pixels), BATCH):
            yield range(start, start + BATCH), pixels[start : start + BATCH]


@torch.inference_mode()
def main() -> None:
    model_file, source, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    model = mnist.load(mnist.network(), model_file)
    start = time.perf_counter()
    for names, pixels in names_and_batches(source):
        batch = torch.from_numpy(pixels).unsqueeze(1).float().div_(255)
        best, digits = model(batch).softmax(1).max(1)
        for name, digit, probability in zip(names, digits.tolist(), best.tolist()):
            print(f"{name}: {digit} ({probability:.1%})")
    print(time.perf_counter() - start, file=sys.stderr)


main()
