"""Writes test images as PNG files: write_pictures.py DATA FOLDER COUNT"""

import sys
from pathlib import Path

import mnist
from PIL import Image


def main() -> None:
    data, folder, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(mnist.images(data, "t10k")[:count]):
        Image.fromarray(pixels).save(folder / f"{number:05}.png")


main()
