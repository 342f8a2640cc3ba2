#!/usr/bin/env python3
"""Draws MNIST's test digits as people hand them over: ink on photographed paper, scans, drawings.

    make_paper_digits.py --images t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte \
                         --out DIR [--count 200] [--seed 1] [--kinds photo,scan,drawing,bitmap,sheet]

Writes the pictures and DIR/labels.csv with the columns file, digits, kind; `digits` of a sheet holds
its lines, separated by blanks. The same seed gives the same pictures.
"""

import argparse
import csv
import gzip
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

KINDS = ("photo", "scan", "drawing", "bitmap")


def read_idx(path):
    data = Path(path).read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def smooth_noise(rng, height, width, cells):
    """Noise between -1 and 1 that changes over about size/cells pixels."""
    small = rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC))


def stroke(rng, digit, height, thickness):
    """The digit's ink (0 to 1) at this height, its strokes thinner or thicker than MNIST's."""
    rows, columns = np.flatnonzero(digit.max(1) > 60), np.flatnonzero(digit.max(0) > 60)
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cut = np.pad(cut, 3)
    scale = height / (rows[-1] - rows[0] + 1)
    size = [max(4, round(side * scale)) for side in cut.shape]
    big = Image.fromarray(cut).resize(size[::-1], Image.BICUBIC)
    if scale > 2:
        big = big.filter(ImageFilter.GaussianBlur(float(0.45 * scale)))
    big = np.asarray(big, np.float32) / 255
    # The profile across a stroke is a hill: a higher cut makes a thinner line.
    level = {"thin": 0.54, "plain": 0.42, "thick": 0.25}[thickness]
    softness = max(0.08, min(0.5, 0.5 / scale))
    return np.clip((big - level) / softness + 0.5, 0, 1)


def place(canvas, ink, x, y):
    height, width = ink.shape
    part = canvas[y : y + height, x : x + width]
    np.maximum(part, ink[: part.shape[0], : part.shape[1]], out=part)


def warp(rng, ink, angle=10.0, keystone=0.06):
    """A turn and a slight perspective."""
    height, width = ink.shape
    turn = np.deg2rad(rng.uniform(-angle, angle))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    middle = corners.mean(0)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    source = (corners - middle) @ matrix.T + middle
    source += rng.uniform(-keystone, keystone, (4, 2)) * [width, height]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    coefficients = np.linalg.solve(np.array(rows), np.array(values))
    image = Image.fromarray(ink).transform((width, height), Image.PERSPECTIVE, coefficients, Image.BILINEAR)
    return np.asarray(image)


def rules(rng, height, width, spacing, style):
    """How much of a printed line covers each pixel, for ruled and squared paper."""
    lines = np.zeros((height, width), np.float32)
    thick = max(1, round(spacing / rng.uniform(18, 40)))
    for start in range(int(rng.integers(0, spacing)), height, spacing):
        lines[start : start + thick] = 1
    if style == "squared":
        for start in range(int(rng.integers(0, spacing)), width, spacing):
            lines[:, start : start + thick] = 1
    return warp(rng, lines, 2.0, 0.01)


def light(rng, height, width):
    """A smooth gradient, sometimes the edge of a shadow."""
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
    slope = rng.uniform(-0.25, 0.25, 2)
    field = 1 + slope[0] * (x - 0.5) + slope[1] * (y - 0.5) + 0.06 * smooth_noise(rng, height, width, 3)
    if rng.random() < 0.4:
        angle = rng.uniform(0, 2 * np.pi)
        distance = (x - rng.uniform(0.2, 0.8)) * np.cos(angle) + (y - rng.uniform(0.2, 0.8)) * np.sin(angle)
        field = field * (1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-distance / rng.uniform(0.01, 0.08))))
    return field.astype(np.float32)


PAPERS = ((245, 244, 240), (235, 225, 200), (250, 235, 130), (200, 225, 240), (215, 235, 205), (225, 225, 228))
INKS = {
    "black pen": ((25, 25, 30), 0.95), "blue pen": ((35, 50, 150), 0.9), "thin blue pen": ((60, 80, 170), 0.75),
    "red pen": ((190, 35, 45), 0.9), "green pen": ((25, 120, 60), 0.9), "pencil": ((90, 90, 95), 0.6),
    "felt": ((15, 15, 20), 1.0),
}


def photograph(rng, ink, pen):
    """Ink on paper under a lamp, through a lens, as a JPEG in memory."""
    height, width = ink.shape
    paper = np.array(PAPERS[rng.integers(len(PAPERS))], np.float32)
    page = np.broadcast_to(paper, (height, width, 3)).copy()
    style = rng.choice(["plain", "ruled", "squared"], p=[0.5, 0.25, 0.25])
    if style != "plain":
        cover = rules(rng, height, width, max(8, int(height * rng.uniform(0.08, 0.25))), style)[..., None]
        colour = np.array([(150, 180, 215), (175, 175, 180), (225, 170, 170)][rng.integers(3)], np.float32)
        page += cover * 0.8 * (np.minimum(colour, paper) - page)
    colour, strength = INKS[pen]
    if pen == "pencil":
        ink = ink * (0.75 + 0.25 * smooth_noise(rng, height, width, max(4, height // 6)))
    page += (strength * ink)[..., None] * (np.array(colour, np.float32) - page)
    page *= light(rng, height, width)[..., None] * rng.uniform(0.55, 1.0)
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.2) * height / 500)))
    noisy = np.asarray(image, np.float32) + rng.normal(0, rng.uniform(1, 7), (height, width, 1))
    noisy += rng.normal(0, 1.5, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def thickness_of(pen):
    return {"felt": "thick", "pencil": "thin", "thin blue pen": "thin"}.get(pen, "plain")


def photo(rng, digit):
    height = int(rng.choice([320, 640, 960, 1500]))
    width = int(height * rng.choice([0.75, 1, 1.33]))
    pen = rng.choice(list(INKS))
    tall = int(height * rng.choice([0.12, 0.25, 0.45, 0.7]) * rng.uniform(0.8, 1.2))
    ink = np.zeros((height, width), np.float32)
    drawn = stroke(rng, digit, max(24, tall), thickness_of(pen))
    if drawn.shape[1] > 0.9 * width:
        drawn = stroke(rng, digit, tall * 0.9 * width / drawn.shape[1], thickness_of(pen))
    room_y, room_x = max(1, height - drawn.shape[0]), max(1, width - drawn.shape[1])
    place(ink, drawn, int(room_x * rng.uniform(0.15, 0.85)), int(room_y * rng.uniform(0.15, 0.85)))
    return photograph(rng, warp(rng, ink, 6.0, 0.03), pen), "jpg"


def scan(rng, digit):
    """A small grey scan: faint or full, with a margin of its own."""
    side = int(rng.choice([28, 32, 48, 64, 100, 200]))
    tall = int(side * rng.uniform(0.55, 0.92))
    drawn = stroke(rng, digit, tall, rng.choice(["thin", "plain", "thick"]))
    drawn = drawn[: side, : side]
    ink = np.zeros((side, side), np.float32)
    place(ink, drawn, (side - drawn.shape[1]) // 2, (side - drawn.shape[0]) // 2)
    grey = rng.uniform(235, 255) - ink * rng.uniform(70, 230) + rng.normal(0, rng.uniform(0, 3), ink.shape)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)), "png"


def drawing(rng, digit):
    """From a tablet or mouse: light or dark, on a colour or on nothing."""
    side = int(rng.choice([100, 200, 280, 400, 800]))
    drawn = stroke(rng, digit, int(side * rng.uniform(0.25, 0.85)), rng.choice(["thin", "plain", "thick"]))
    ink = np.zeros((side, side), np.float32)
    room = [max(1, side - s) for s in drawn.shape]
    place(ink, drawn, int(rng.uniform(0, room[1])), int(rng.uniform(0, room[0])))
    style = rng.choice(["transparent dark", "transparent light", "white on black", "colours"])
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
    return Image.fromarray((back + ink[..., None] * (front - back)).astype(np.uint8)), "png"


def bitmap(rng, digit):
    """16x16 in two colours, stretched to fill the square."""
    rows, columns = np.flatnonzero(digit.max(1) > 60), np.flatnonzero(digit.max(0) > 60)
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    small = np.asarray(Image.fromarray(cut).resize((16, 16), Image.BOX)) > 110
    grown = np.kron(small, np.ones([int(rng.choice([1, 1, 2, 8]))] * 2))
    return Image.fromarray((255 * (grown == 0 if rng.random() < 0.5 else grown)).astype(np.uint8)), "png"


def sheet(rng, images, labels):
    """A photographed page with lines of writing. Returns the picture and its lines."""
    width, height = [(1600, 1200), (1200, 1600), (2000, 1500)][rng.integers(3)]
    ink = np.zeros((height, width), np.float32)
    pen = rng.choice(["black pen", "blue pen", "thin blue pen", "pencil", "red pen", "felt"])
    count, lines = int(rng.integers(1, 6)), []
    pitch = height / (count + 1)
    tall = min(0.55 * pitch, height * rng.uniform(0.05, 0.12))
    for line in range(count):
        length = min(int(rng.integers(3, 11)), int(0.85 * width / (1.05 * tall)))
        if sum(map(len, lines)) + length > 24:
            break
        x, slant, text = width * rng.uniform(0.05, 0.12), rng.uniform(-0.03, 0.03), ""
        for _ in range(length):
            pick = int(rng.integers(len(images)))
            drawn = stroke(rng, images[pick], tall * rng.uniform(0.85, 1.15), thickness_of(pen))
            y = pitch * (line + 0.75) + slant * x + rng.uniform(-0.06, 0.06) * tall
            place(ink, drawn, int(x), int(y))
            x += drawn.shape[1] + tall * rng.uniform(0.0, 0.4)
            text += str(labels[pick])
            if x > 0.9 * width:
                break
        lines.append(text)
    return photograph(rng, warp(rng, ink, 2.5, 0.015), pen), "jpg", lines


def save(image, path):
    options = {"quality": 85} if path.suffix == ".jpg" else {}
    image.save(path, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--count", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    arguments = parser.parse_args()
    images, labels = read_idx(arguments.images), read_idx(arguments.labels)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "labels.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "digits", "kind"])
        for kind in arguments.kinds.split(","):
            for number in range(arguments.count):
                rng = np.random.default_rng([arguments.seed, number, sum(kind.encode())])
                if kind == "sheet":
                    image, ending, lines = sheet(rng, images, labels)
                    digits = " ".join(lines)
                else:
                    pick = int(rng.integers(len(images)))
                    image, ending = globals()[kind](rng, images[pick])
                    digits = str(labels[pick])
                name = f"{kind}_{number:04d}.{ending}"
                save(image, arguments.out / name)
                table.writerow([name, digits, kind])


if __name__ == "__main__":
    main()
