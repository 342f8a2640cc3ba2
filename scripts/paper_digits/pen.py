"""Digits as a pen of one width writes them: MNIST's middle lines, drawn anew."""

import numpy as np
from PIL import Image, ImageFilter

from .ink import cut_out, trimmed
from .writer import Written

#: Pixels of the picture that is thinned for one of the digit.
FINE = 4


def neighbours(mask):
    """The eight neighbours of every pixel, clockwise from above."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    ways = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    return [padded[y : y + height, x : x + width] for y, x in ways]


def thinned(mask):
    """Lines of one pixel through the middle of the strokes (Zhang and Suen 1984)."""
    mask = mask.copy()
    while True:
        removed = 0
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = neighbours(mask)
            count = sum(n.astype(int) for n in around)
            turns = sum((~a & b).astype(int) for a, b in zip(around, around[1:] + around[:1]))
            open_side = ~np.all([around[i] for i in first], 0) & ~np.all([around[i] for i in second], 0)
            gone = mask & (count >= 2) & (count <= 6) & (turns == 1) & open_side
            mask[gone] = False
            removed += gone.sum()
        if removed == 0:
            return mask


def pen_stroke(digit, height, width):
    """The digit's ink at this height, written with a pen of this width (both in pixels)."""
    if isinstance(digit, Written):
        return digit.ink(height, width)
    cut = cut_out(digit, 3)
    big = Image.fromarray(cut).resize([FINE * side for side in cut.shape[::-1]], Image.BICUBIC)
    mask = np.asarray(big.filter(ImageFilter.GaussianBlur(0.4 * FINE))) > 100
    line = np.argwhere(thinned(mask)).astype(np.float32)
    places = np.indices(mask.shape, np.float32).reshape(2, -1).T
    # To the nearest of the line's pixels, by |a - b|^2 = |a|^2 - 2ab + |b|^2.
    squares = (places**2).sum(1)[:, None] - 2 * places @ line.T + (line**2).sum(1)
    distance = np.sqrt(np.maximum(squares.min(1), 0)).reshape(mask.shape)
    tall = np.ptp(line[:, 0]) + 1
    scale = (height - width) / tall
    size = [max(4, round(side * scale)) for side in mask.shape[::-1]]
    distance = np.asarray(Image.fromarray(distance).resize(size, Image.BICUBIC)) * scale
    ink = np.clip(width / 2 - distance + 0.5, 0, 1)
    return trimmed(ink)
