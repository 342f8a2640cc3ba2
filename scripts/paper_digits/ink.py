"""Digits of 28x28 grey levels as ink of any size: 0 for bare paper to 1 for a full stroke."""

import numpy as np
from PIL import Image, ImageFilter

from .writer import WIDTHS, Written


def smooth_noise(rng, height, width, cells):
    """Noise between -1 and 1 that changes over about size/cells pixels."""
    small = rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC))


def cut_out(digit, margin=0):
    """The rows and columns that hold the digit, and black around them."""
    digit = np.asarray(digit)
    rows, columns = np.flatnonzero(digit.max(1) > 60), np.flatnonzero(digit.max(0) > 60)
    return np.pad(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], margin)


def stroke(digit, height, thickness):
    """The digit's ink at this height, its strokes thinner or thicker than MNIST's, and some paper around it."""
    if isinstance(digit, Written):
        return np.pad(digit.ink(height, height * WIDTHS[thickness] * digit.weight), round(0.15 * height))
    cut = cut_out(digit, 3)
    scale = height / (cut.shape[0] - 6)
    size = [max(4, round(side * scale)) for side in cut.shape]
    big = Image.fromarray(cut).resize(size[::-1], Image.BICUBIC)
    if scale > 2:
        big = big.filter(ImageFilter.GaussianBlur(float(0.45 * scale)))
    big = np.asarray(big, np.float32) / 255
    # The profile across a stroke is a hill: a higher cut makes a thinner line.
    level = {"hair": 0.6, "thin": 0.54, "plain": 0.42, "thick": 0.25, "marker": 0.12}[thickness]
    softness = max(0.08, min(0.5, 0.5 / scale))
    return np.clip((big - level) / softness + 0.5, 0, 1)


def trimmed(ink):
    """The ink without the paper around it."""
    rows, columns = np.flatnonzero(ink.max(1) > 0.3), np.flatnonzero(ink.max(0) > 0.3)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def place(canvas, ink, x, y):
    height, width = ink.shape
    part = canvas[y : y + height, x : x + width]
    np.maximum(part, ink[: part.shape[0], : part.shape[1]], out=part)


def perspective(source, corners):
    """What Pillow needs to show the source's corners at these corners."""
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows, float), np.array(values, float))


def warp(rng, ink, angle=10.0, keystone=0.06):
    """A turn and a slight perspective."""
    height, width = ink.shape
    turn = np.deg2rad(rng.uniform(-angle, angle))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    middle = corners.mean(0)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    source = (corners - middle) @ matrix.T + middle
    source += rng.uniform(-keystone, keystone, (4, 2)) * [width, height]
    image = Image.fromarray(ink)
    return np.asarray(
        image.transform((width, height), Image.PERSPECTIVE, perspective(source, corners), Image.BILINEAR)
    )


def warp_alike(rng, layers, angle, keystone):
    """Layers of one page, all warped alike."""
    state, warped = rng.bit_generator.state, []
    for layer in layers:
        rng.bit_generator.state = state
        warped.append(warp(rng, layer, angle, keystone))
    return warped


def frame(canvas, box, thick):
    """A printed rectangle around a box (x, y, width, height), as forms have."""
    x, y, width, height = box
    place(canvas, np.ones((thick, width + thick), np.float32), x, y)
    place(canvas, np.ones((thick, width + thick), np.float32), x, y + height)
    place(canvas, np.ones((height, thick), np.float32), x, y)
    place(canvas, np.ones((height, thick), np.float32), x + width, y)
