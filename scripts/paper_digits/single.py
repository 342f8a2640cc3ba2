"""Single digits on photographed paper and boards, in scans, drawings, bitmaps and hairlines."""

import numpy as np
from PIL import Image

from .ink import cut_out, frame, place, stroke, warp
from .lines import draw_lines, middle_lines
from .photograph import BOARDS, PENS, board, pens, photograph


def fitting(digit, tall, width, thickness):
    """The digit's ink at this height, or lower where it would be wider than nine tenths of the width."""
    drawn = stroke(digit, tall, thickness)
    if drawn.shape[1] > 0.9 * width:
        drawn = stroke(digit, tall * 0.9 * width / drawn.shape[1], thickness)
    return drawn


def written(rng, digit, sizes, thickness, framed):
    """A page's ink with one digit somewhere on it."""
    height = int(rng.choice(sizes))
    width = int(height * rng.choice([0.75, 1, 1.33]))
    tall = max(24, int(height * rng.choice([0.12, 0.25, 0.45, 0.7]) * rng.uniform(0.8, 1.2)))
    drawn = fitting(digit, tall, width, thickness)
    ink = np.zeros((height, width), np.float32)
    room = [max(1, side - s) for side, s in zip(ink.shape, drawn.shape)]
    y, x = (int(r * rng.uniform(0.15, 0.85)) for r in room)
    place(ink, drawn, x, y)
    if framed and max(drawn.shape) < 0.5 * min(ink.shape):
        pad = int(0.2 * max(drawn.shape))
        box = (max(0, x - pad), max(0, y - pad), drawn.shape[1] + 2 * pad, drawn.shape[0] + 2 * pad)
        frame(ink, box, max(1, int(0.02 * max(drawn.shape))))
    return warp(rng, ink, 6.0, 0.03)


def photo(rng, pick, hard):
    digit, label = pick()
    pen = rng.choice(pens(hard))
    # Few of the 12 megapixels that telephones have: each takes a second to draw.
    sizes = [960, 1500, 3000] if rng.random() < 0.1 else [320, 640, 960, 1500]
    ink = written(rng, digit, sizes, PENS[pen][2], hard and rng.random() < 0.06)
    return photograph(rng, ink, pen, hard), "jpg", label


def on_board(rng, pick, hard):
    digit, label = pick()
    style = rng.choice(list(BOARDS))
    ink = written(rng, digit, [480, 800, 1200], rng.choice(["plain", "thick"]), False)
    return board(rng, ink, style), "jpg", label


def scan(rng, pick, hard):
    """A small grey scan: faint or full, with a margin of its own; hard: the back may show through."""
    digit, label = pick()
    side = int(rng.choice([28, 32, 48, 64, 100, 200]))
    tall = int(side * rng.uniform(0.55, 0.92))
    thickness = ["thin", "plain", "thick"] + (["hair"] if hard and side > 40 else [])
    drawn = stroke(digit, tall, rng.choice(thickness))
    drawn = drawn[:side, :side]
    ink = np.zeros((side, side), np.float32)
    place(ink, drawn, (side - drawn.shape[1]) // 2, (side - drawn.shape[0]) // 2)
    depth = ink * rng.uniform(70, 230)
    if hard and rng.random() < 0.15:
        depth = np.maximum(depth, 0.15 * depth.max() * np.roll(ink[:, ::-1], side // 5, 1))
    grey = rng.uniform(235, 255) - depth + rng.normal(0, rng.uniform(0, 3), ink.shape)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)), "png", label


def window_around(rng, canvas):
    """A screenshot: the canvas within a window's title and buttons."""
    side = canvas.shape[0]
    screen = np.full((int(side * 1.35), int(side * 1.3), 3), rng.integers(225, 250), np.uint8)
    top, left = int(0.15 * side), int(0.12 * side)
    screen[: int(0.06 * side)] = rng.integers(40, 120, 3)
    for i in range(3):
        x = left + int(0.3 * i * side)
        screen[int(1.2 * side) : int(1.27 * side), x : x + int(0.2 * side)] = rng.integers(120, 210, 3)
    screen[top - 2 : top + side + 2, left - 2 : left + side + 2] = 90
    screen[top : top + side, left : left + side] = canvas
    return screen


def drawing(rng, pick, hard):
    """From a tablet or mouse: light or dark, on a colour or on nothing."""
    digit, label = pick()
    side = int(rng.choice([100, 200, 280, 400, 800]))
    thickness = rng.choice(["thin", "plain", "thick"] + (["marker"] if hard else []))
    drawn = stroke(digit, int(side * rng.uniform(0.25, 0.85)), thickness)[:side, :side]
    ink = np.zeros((side, side), np.float32)
    place(ink, drawn, *(int(rng.uniform(0, max(1, side - s))) for s in drawn.shape[::-1]))
    if rng.random() < 0.3:
        ink = (ink > 0.5).astype(np.float32)
    styles = ["transparent dark", "transparent light", "white on black", "colours"]
    style = rng.choice(styles + (["screenshot"] if hard else []))
    if style.startswith("transparent"):
        rgba = np.zeros((side, side, 4), np.uint8)
        rgba[..., :3] = rng.integers(0, 70, 3) if style.endswith("dark") else rng.integers(245, 256, 3)
        rgba[..., 3] = (255 * ink).astype(np.uint8)
        return Image.fromarray(rgba), "png", label
    back, front = np.zeros(3), np.full(3, 255.0)
    if style == "colours":
        back = rng.uniform(0, 255, 3)
        while np.abs(front - back).max() < 110:
            front = rng.uniform(0, 255, 3)
    canvas = (back + ink[..., None] * (front - back)).astype(np.uint8)
    if style == "screenshot":
        canvas = window_around(rng, canvas if rng.random() < 0.5 else 255 - canvas)
    return Image.fromarray(canvas), "png", label


def bitmap(rng, pick, hard):
    """16x16 in two colours, stretched to fill the square; hard: strokes thick or broken."""
    digit, label = pick()
    level = int(rng.choice([80, 110, 140])) if hard else 110
    small = np.asarray(Image.fromarray(cut_out(digit)).resize((16, 16), Image.BOX)) > level
    grown = np.kron(small, np.ones([int(rng.choice([1, 1, 2, 8]))] * 2))
    return Image.fromarray((255 * (grown == 0 if rng.random() < 0.5 else grown)).astype(np.uint8)), "png", label


def line(rng, pick, hard):
    """Drawn with a round pen of 1 to 40 pixels in a square of 28 to 4,000, of which few are above 1,000."""
    digit, label = pick()
    side = int(28 * ((1000 if rng.random() < 0.8 else 4000) / 28) ** rng.random())
    width = min(40.0, side / 9) ** rng.random()
    tall = side * rng.uniform(0.35, 0.85)
    ink = draw_lines(middle_lines(digit), side, tall, max(1.0, width), rng.uniform(0.2, 0.8, 2), rng.random() < 0.5)
    grey = 255 * (1 - ink if rng.random() < 0.5 else ink)
    return Image.fromarray(grey.astype(np.uint8)), "png", label
