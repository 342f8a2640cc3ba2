#!/usr/bin/env python3
"""Draws MNIST's test digits as people hand them over: photographs, scans, drawings, sheets.

    make_paper_digits.py --images t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte \
                         --out DIR [--count 200] [--seed 1] [--hard]
                         [--kinds photo,board,scan,drawing,bitmap,line,sheet,notebook]

--hard adds what spoils real pictures: a table behind the page, sharp shadows of hands, printed
frames, hairlines, faint pencils and markers, screenshots, backs that show through, punched holes.

Writes the pictures and DIR/labels.csv with the columns file, digits, kind; `digits` of a sheet holds
its lines, separated by blanks. The same seed gives the same pictures.
"""

import argparse
import csv
import gzip
from pathlib import Path

import numpy as np
from PIL import Image

from paper_digits.ink import cut_out, frame, place, stroke, warp
from paper_digits.lines import draw_lines, middle_lines
from paper_digits.notebook import notebook
from paper_digits.photograph import BOARDS, PENS, board, pens, photograph

KINDS = ("photo", "board", "scan", "drawing", "bitmap")


def read_idx(path):
    data = Path(path).read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


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


def photo(rng, digit, hard):
    pen = rng.choice(pens(hard))
    # Few of the 12 megapixels that telephones have: each takes a second to draw.
    sizes = [960, 1500, 3000] if rng.random() < 0.1 else [320, 640, 960, 1500]
    ink = written(rng, digit, sizes, PENS[pen][2], hard and rng.random() < 0.06)
    return photograph(rng, ink, pen, hard), "jpg"


def on_board(rng, digit, hard):
    style = rng.choice(list(BOARDS))
    ink = written(rng, digit, [480, 800, 1200], rng.choice(["plain", "thick"]), False)
    return board(rng, ink, style), "jpg"


def scan(rng, digit, hard):
    """A small grey scan: faint or full, with a margin of its own; hard: the back may show through."""
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
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)), "png"


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


def drawing(rng, digit, hard):
    """From a tablet or mouse: light or dark, on a colour or on nothing."""
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
        return Image.fromarray(rgba), "png"
    back, front = np.zeros(3), np.full(3, 255.0)
    if style == "colours":
        back = rng.uniform(0, 255, 3)
        while np.abs(front - back).max() < 110:
            front = rng.uniform(0, 255, 3)
    canvas = (back + ink[..., None] * (front - back)).astype(np.uint8)
    if style == "screenshot":
        canvas = window_around(rng, canvas if rng.random() < 0.5 else 255 - canvas)
    return Image.fromarray(canvas), "png"


def bitmap(rng, digit, hard):
    """16x16 in two colours, stretched to fill the square; hard: strokes thick or broken."""
    level = int(rng.choice([80, 110, 140])) if hard else 110
    small = np.asarray(Image.fromarray(cut_out(digit)).resize((16, 16), Image.BOX)) > level
    grown = np.kron(small, np.ones([int(rng.choice([1, 1, 2, 8]))] * 2))
    return Image.fromarray((255 * (grown == 0 if rng.random() < 0.5 else grown)).astype(np.uint8)), "png"


def line(rng, digit, hard):
    """Drawn with a round pen of 1 to 40 pixels in a square of 28 to 4,000, of which few are above 1,000."""
    side = int(28 * ((1000 if rng.random() < 0.8 else 4000) / 28) ** rng.random())
    width = min(40.0, side / 9) ** rng.random()
    tall = side * rng.uniform(0.35, 0.85)
    ink = draw_lines(middle_lines(digit), side, tall, max(1.0, width), rng.uniform(0.2, 0.8, 2), rng.random() < 0.5)
    grey = 255 * (1 - ink if rng.random() < 0.5 else ink)
    return Image.fromarray(grey.astype(np.uint8)), "png"


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
    """A photographed page of up to 24 digits in up to five lines. Returns the picture and its lines."""
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
    return (holes(rng, picture) if hard and rng.random() < 0.2 else picture), "jpg", page.lines


def save(rng, image, path):
    options = {"quality": int(rng.integers(60, 95))} if path.suffix == ".jpg" else {}
    image.save(path, **options)


def make(kind, rng, images, labels, hard):
    """A picture, its file's ending and the digits on it."""

    def pick():
        index = int(rng.integers(len(images)))
        return images[index], labels[index]

    if kind in ("sheet", "notebook"):
        image, ending, lines = {"sheet": sheet, "notebook": notebook}[kind](rng, pick, hard)
        return image, ending, " ".join(lines)
    digit, label = pick()
    makers = {"photo": photo, "board": on_board, "scan": scan, "drawing": drawing, "bitmap": bitmap, "line": line}
    draw = makers[kind]
    return *draw(rng, digit, hard), str(label)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--count", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--hard", action="store_true", help="what spoils real pictures, too")
    arguments = parser.parse_args()
    images, labels = read_idx(arguments.images), read_idx(arguments.labels)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "labels.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "digits", "kind"])
        for kind in arguments.kinds.split(","):
            for number in range(arguments.count):
                rng = np.random.default_rng([arguments.seed, number, sum(kind.encode())])
                image, ending, digits = make(kind, rng, images, labels, arguments.hard)
                name = f"{kind}_{number:04d}.{ending}"
                save(rng, image, arguments.out / name)
                table.writerow([name, digits, kind])


if __name__ == "__main__":
    main()
