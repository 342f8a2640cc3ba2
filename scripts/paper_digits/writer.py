"""Digits written stroke by stroke: hands with habits of their own instead of MNIST's pixels."""

import numpy as np
from PIL import Image, ImageDraw

from .shapes import SHAPES

#: A stroke's width as a share of the digit's height.
WIDTHS = {"hair": 0.025, "thin": 0.055, "plain": 0.105, "thick": 0.16, "marker": 0.21}


def curve(points, steps=8):
    """A smooth line through the points (Catmull and Rom 1974); a point that stands twice is a corner."""
    points = np.asarray(points, float)
    turns = np.flatnonzero((points[1:] == points[:-1]).all(1))
    pieces = np.split(points, turns + 1)
    line = []
    for piece in pieces:
        padded = np.vstack([2 * piece[0] - piece[1], piece, 2 * piece[-1] - piece[-2]]) if len(piece) > 1 else piece
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
            t = np.arange(steps)[:, None] / steps
            line.append(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))
        line.append(piece[-1:])
    return np.vstack(line)


def round_pen(size, lines, width):
    """A picture (width, height) in grey of lines of points, drawn with a round pen."""
    image = Image.new("L", size)
    pen, radius = ImageDraw.Draw(image), width / 2
    for line in lines:
        drawn = [tuple(point) for point in line]
        pen.line(drawn, fill=255, width=max(1, round(width)), joint="curve")
        for x, y in drawn if radius > 1 else ():
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return image


class Written:
    """A written digit: its strokes as points (x, y) in a box that is one high, each with its pressure."""

    def __init__(self, lines, weight=1.0):
        low = np.vstack(lines).min(0)
        tall = max(np.ptp(np.vstack(lines)[:, 1]), 0.3)
        self.lines = [(line - low) / tall for line in lines]
        self.weight, self.pressures = weight, [1.0] * len(lines)

    def ink(self, height, width):
        """The ink at this height, by a round pen of this width (both in pixels)."""
        width = max(width, 0.8)
        points = np.vstack(self.lines)
        scale = max(height - width, 1) / max(np.ptp(points[:, 1]), 0.3)
        fine = 4 if height <= 300 else 2 if height <= 1200 else 1
        size = np.ceil((points.max(0) - points.min(0)) * scale + width).astype(int) + 1
        ink = np.zeros(size[::-1], np.float32)
        for line, pressure in zip(self.lines, self.pressures):
            drawn = ((line - points.min(0)) * scale + width / 2) * fine
            image = round_pen(tuple((size * fine).tolist()), [drawn], width * fine)
            stroke = np.asarray(image.resize(tuple(size.tolist()), Image.BOX), np.float32) / 255
            ink = np.maximum(ink, pressure * stroke)
        return ink

    def __array__(self, dtype=None, copy=None):
        """As MNIST has its digits: 20 pixels from edge to edge of the longer side, in 28x28."""
        wide = np.ptp(np.vstack(self.lines)[:, 0])
        tall = 20 / max(1, wide)
        drawn = (255 * self.ink(tall, tall * WIDTHS["plain"] * self.weight)).astype(np.uint8)[:28, :28]
        picture = np.zeros((28, 28), np.uint8)
        y, x = ((28 - side) // 2 for side in drawn.shape)
        picture[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
        return picture if dtype is None else picture.astype(dtype)


class Writer:
    """One person: slant, proportions, pen pressure, and one way to write each digit."""

    def __init__(self, rng):
        self.rng = rng
        self.slant, self.wide = rng.normal(0.08, 0.14), rng.uniform(0.75, 1.2)
        self.weight, self.uneven = rng.uniform(0.75, 1.3), rng.uniform(0.006, 0.02)
        self.habits = {}

    def strokes(self, digit):
        """The control points of this hand's digit, which stay the same from one to the next."""
        if digit not in self.habits:
            strokes = SHAPES[digit](self.rng)
            self.habits[digit] = [self.moved(stroke, 0.018) for stroke in strokes]
        return self.habits[digit]

    def moved(self, stroke, far):
        """Each point some way off; a corner stays one."""
        points = np.asarray(stroke, float)
        same = np.r_[False, (points[1:] == points[:-1]).all(1)]
        shift = self.rng.normal(0, far, points.shape)
        shift[same] = shift[np.flatnonzero(same) - 1]
        return points + shift

    def write(self, digit):
        """The digit once more, not quite as before."""
        slant = self.slant + self.rng.normal(0, 0.03)
        turn = self.rng.normal(0, 0.03)
        lines = [curve(self.moved(stroke, self.uneven)) for stroke in self.strokes(digit)]
        matrix = np.array([[self.wide, -slant], [0, 1]]) @ np.array([[1, turn], [-turn, 1]])
        return Written([line @ matrix.T for line in lines], self.weight)
