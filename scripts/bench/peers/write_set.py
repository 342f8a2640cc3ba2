"""Writes a set of COUNT training images, the first ones or all repeated: write_set.py DATA FOLDER COUNT

The test images go with them as they are.
"""

import shutil
import struct
import sys
from pathlib import Path


def repeat(source: Path, target: Path, count: int, item: int) -> None:
    """`item` bytes an image after a header whose second word is the number of images."""
    raw = source.read_bytes()
    header_size = 4 + 4 * raw[3]
    body = memoryview(raw)[header_size:]
    with target.open("wb") as out:
        out.write(raw[:4] + struct.pack(">i", count) + raw[8:header_size])
        left = count * item
        while left > 0:
            left -= out.write(body[:left])


def main() -> None:
    data, folder, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    repeat(data / "train-images-idx3-ubyte", folder / "train-images-idx3-ubyte", count, 784)
    repeat(data / "train-labels-idx1-ubyte", folder / "train-labels-idx1-ubyte", count, 1)
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        shutil.copyfile(data / name, folder / name)


main()
