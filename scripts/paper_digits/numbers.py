"""Numbers of several digits: rows that are read as a sheet only by --split, and digits that touch."""

import numpy as np
from PIL import Image

from .grids import laid
from .ink import place, stroke, trimmed, warp
from .photograph import paper, photograph

PAGE_PENS = ("black pen", "blue pen", "red pen", "pencil", "felt")


def number(rng, pick, count, tall, thickness, gap):
    """The ink of a number written with this gap (a share of the height) between its digits, and its text.
    Digits stand on one foot and touch where the gap is below 0."""
    drawn, text = [], ""
    for _ in range(count):
        digit, label = pick()
        drawn.append(trimmed(stroke(digit, tall * rng.uniform(0.9, 1.1), thickness)))
        text += str(label)
    gaps = [int(tall * (gap + rng.uniform(-0.03, 0.03))) for _ in drawn]
    high = max(d.shape[0] for d in drawn)
    ink = np.zeros((high, sum(d.shape[1] for d in drawn) + sum(max(0, g) for g in gaps) + 1), np.float32)
    x = 0
    for one, space in zip(drawn, gaps):
        place(ink, one, x, high - one.shape[0])
        x = max(0, x + one.shape[1] + space)
    return trimmed(ink), text


def several(rng, pick, hard):
    """A row of two to eight digits, or two rows, as drawing, scan or photograph."""
    tall = int(rng.choice([40, 80, 160]))
    rows = [number(rng, pick, int(rng.integers(2, 9)), tall, rng.choice(["thin", "plain"]), rng.uniform(0.05, 0.4))
            for _ in range(rng.choice([1, 1, 2]))]
    width = max(ink.shape[1] for ink, _ in rows)
    margin = int(tall * rng.uniform(0.2, 1.0))
    canvas = np.zeros((int(1.6 * tall * len(rows)) + 2 * margin, width + 2 * margin), np.float32)
    for row, (ink, _) in enumerate(rows):
        place(canvas, ink, margin, margin + int(1.6 * tall * row))
    text = " ".join(text for _, text in rows)
    if rng.random() < 0.5:
        return photograph(rng, warp(rng, canvas, 3.0, 0.015), rng.choice(PAGE_PENS), hard), "jpg", text
    grey = 255 * (1 - canvas if rng.random() < 0.7 else canvas)
    return Image.fromarray(grey.astype(np.uint8)), "png", text


def numbers_page(rng, pick, gap, sizes=((1600, 1200), (1200, 1600))):
    """A page's ink with lines of numbers, how wide its pen is, and the lines."""
    width, height = sizes[rng.integers(len(sizes))]
    count, thickness = int(rng.integers(1, 6)), rng.choice(["thin", "plain"])
    ink, lines, pitch = np.zeros((height, width), np.float32), [], height / (count + 1)
    tall = min(0.5 * pitch, height * rng.uniform(0.05, 0.1))
    for line in range(count):
        x, text = width * rng.uniform(0.08, 0.2), ""
        slant = rng.uniform(-0.02, 0.02)
        for _ in range(int(rng.integers(1, 5))):
            drawn, written = number(rng, pick, int(rng.integers(2, 6)), tall, thickness, rng.uniform(*gap))
            if text and x + drawn.shape[1] > 0.93 * width:
                break
            place(ink, drawn, int(x), max(0, int(pitch * (line + 0.7) + slant * x)))
            x += drawn.shape[1] + tall * rng.uniform(0.7, 1.3)
            text += written
        lines.append(text)
    return ink, lines


def touching(rng, pick, hard):
    """A photographed page of numbers whose digits touch."""
    ink, lines = numbers_page(rng, pick, (-0.07, 0.03))
    return photograph(rng, warp(rng, ink, 2.5, 0.015), rng.choice(PAGE_PENS), hard, 0.04), "jpg", " ".join(lines)


def beyond(rng, page):
    """The page with what lies beyond one of its sides: the edge of a book's other leaves, or a dark band."""
    height, width = page.shape[:2]
    far = int(width * rng.uniform(0.03, 0.1))
    edge = np.zeros((height, far, 3), np.float32)
    if rng.random() < 0.6:
        leaves = int(rng.integers(3, 9))
        steps = 0.5 + 0.5 * np.cos(2 * np.pi * leaves * np.linspace(0, 1, far)) ** 8
        edge += (page[0, 0] * rng.uniform(0.75, 0.95)) * (1 - 0.6 * steps)[None, :, None]
    else:
        edge += rng.uniform(10, 80)
    shade = np.minimum(1, np.linspace(0.6, 1.8, far))[None, :, None]
    if rng.random() < 0.5:
        return np.concatenate([edge * shade[:, ::-1], page], 1)
    return np.concatenate([page, edge * shade], 1)


def desk(rng, pick, hard):
    """A page of numbers of which the sides are seen: a table, a book's edge or a dark band lie beyond them."""
    ink, lines = numbers_page(rng, pick, (0.08, 0.35))
    page = paper(rng, warp(rng, ink, 1.5, 0.01), rng.choice(PAGE_PENS))
    if rng.random() < 0.6:
        page = beyond(rng, page)
        if rng.random() < 0.5:
            page = np.ascontiguousarray(np.rot90(beyond(rng, np.rot90(page)), -1))
    return laid(rng, page, hard, 0.12), "jpg", " ".join(lines)
