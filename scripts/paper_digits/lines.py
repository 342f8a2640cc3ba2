"""MNIST's digits as lines: the middle of each stroke as points, to be drawn with any pen at any size."""

import numpy as np
from PIL import Image

from .ink import cut_out
from .pen import FINE, thinned
from .writer import Written, round_pen


def middle_lines(digit):
    """Arrays of points (x, y), one a line from end or crossing to the next, in pixels of the digit."""
    if isinstance(digit, Written):
        return digit.lines
    cut = cut_out(digit, 3)
    big = np.asarray(Image.fromarray(cut).resize([FINE * side for side in cut.shape[::-1]], Image.BICUBIC))
    points = {tuple(point) for point in np.argwhere(thinned(big > 110)).tolist()}

    def beside(point):
        """Its neighbours; one across a corner only where no other leads there, so that steps are no crossings."""
        y, x = point
        straight = [p for p in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)) if p in points]
        corners = [(y + dy, x + dx) for dy in (-1, 1) for dx in (-1, 1)]
        return straight + [
            p for p in corners if p in points and (p[0], x) not in points and (y, p[1]) not in points
        ]

    used, lines = set(), []

    def follow(start, then):
        line = [start, then]
        used.add(frozenset(line))
        while len(beside(line[-1])) == 2:
            ways = [p for p in beside(line[-1]) if frozenset((line[-1], p)) not in used]
            if not ways:
                break
            used.add(frozenset((line[-1], ways[0])))
            line.append(ways[0])
        return line

    # Ends and crossings first; what is left are rings.
    for start in sorted(points, key=lambda point: (len(beside(point)) == 2, point)):
        for then in beside(start):
            if frozenset((start, then)) not in used:
                lines.append(smooth(np.array(follow(start, then), float)))
    return [line[:, ::-1] / FINE for line in lines]


def smooth(line):
    """Without the steps of pixels; its ends stay."""
    if len(line) < 6:
        return line
    padded = np.pad(line, ((2, 2), (0, 0)), mode="edge")
    means = np.stack([np.convolve(padded[:, i], np.ones(5) / 5, "valid") for i in (0, 1)], 1)
    return np.vstack([line[:1], means[1:-1:2], line[-1:]])


def draw_lines(lines, side, tall, width, corner, soft):
    """A square of ink: the lines, `tall` pixels from edge to edge of their longer side, by a round pen.

    corner: of 0 to 1, where the digit lies in the room that is left. soft: with grey edges.
    """
    fine = 4 if soft and side <= 1000 else 2 if soft else 1
    points = np.vstack(lines)
    low, high = points.min(0), points.max(0)
    scale = (tall - width) / max((high - low).max(), 1e-6)
    room = side - (high - low) * scale - width
    origin = width / 2 + np.asarray(corner) * room
    drawn = [((line - low) * scale + origin) * fine for line in lines]
    image = round_pen((side * fine, side * fine), drawn, width * fine)
    return np.asarray(image.resize((side, side), Image.BOX), np.float32) / 255
