"""Photographed sheets of up to five lines of digits."""

import numpy as np
from PIL import Image

from .ink import place, stroke, warp
from .photograph import PENS, pens, photograph


class Page:
    """A sheet's ink and what was written."""

    def __init__(self, width, height):
        self.ink, self.lines = np.zeros((height, width), np.float32), []

    def write_line(self, rng, pick, count, tall, top, thickness):
        """Up to count digits from the left, on a line that may slant, some of them touching."""
        width = self.ink.shape[1]
        x, slant, text = width * rng.uniform(0.05, 0.2), rng.uniform(-0.03, 0.03), ""
        spacing = rng.uniform(0.0, 0.4)
        for _ in range(count):
            digit, label = pick()
            drawn = stroke(digit, tall * rng.uniform(0.85, 1.15), thickness)
            if text and x + drawn.shape[1] > 0.95 * width:
                break
            y = top + slant * x + rng.uniform(-0.06, 0.06) * tall
            place(self.ink, drawn, int(x), max(0, int(y)))
            x += drawn.shape[1] + tall * (spacing + rng.uniform(-0.05, 0.2))
            text += str(label)
        self.lines.append(text)


def holes(rng, scene):
    """Punched or of a spiral, down the left edge."""
    height, width = scene.height, scene.width
    pixels = np.array(scene)
    y, x = np.mgrid[0:height, 0:width]
    count = int(rng.choice([2, 12]))
    radius = (0.012 if count == 2 else 0.006) * height
    for i in range(count):
        at = height * ((0.3 + 0.4 * i) if count == 2 else (i + 0.5) / count)
        pixels[(y - at) ** 2 + (x - 0.03 * width) ** 2 < radius**2] = rng.integers(20, 60)
    return Image.fromarray(pixels)


def sheet(rng, pick, hard):
    """A photographed page of up to 24 digits in up to five lines."""
    width, height = [(1600, 1200), (1200, 1600), (2000, 1500), (3000, 2250)][rng.choice(4, p=[0.3, 0.3, 0.3, 0.1])]
    pen = rng.choice([pen for pen in pens(hard) if pen not in ("green pen", "marker")])
    page, count, left = Page(width, height), int(rng.integers(1, 6)), 24
    pitch = height / (count + 1)
    tall = min(0.55 * pitch, height * rng.uniform(0.05, 0.14))
    for line in range(count):
        length = min(int(rng.integers(1, 13)), left - (count - 1 - line))
        page.write_line(rng, pick, length, tall, pitch * (line + 0.6), PENS[pen][2])
        left -= len(page.lines[-1])
    picture = photograph(rng, warp(rng, page.ink, 2.5, 0.015), pen, hard, table_margin=0.04)
    return (holes(rng, picture) if hard and rng.random() < 0.2 else picture), "jpg", " ".join(page.lines)
