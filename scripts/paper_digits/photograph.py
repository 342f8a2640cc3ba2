"""Ink on paper under a lamp, seen by a telephone."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .ink import perspective, smooth_noise, warp

PAPERS = ((245, 244, 240), (235, 225, 200), (250, 235, 130), (200, 225, 240), (215, 235, 205), (225, 225, 228))
TABLES = ((95, 65, 45), (150, 110, 75), (60, 60, 65), (125, 125, 120), (190, 160, 120), (35, 40, 50), (70, 80, 110))
RULES = ((150, 180, 215), (175, 175, 180), (225, 170, 170), (150, 200, 175))
#: A pen's colour, how much of the paper it hides, and its stroke.
PENS = {
    "black pen": ((25, 25, 30), 0.95, "plain"),
    "blue pen": ((35, 50, 150), 0.9, "plain"),
    "thin blue pen": ((60, 80, 170), 0.75, "thin"),
    "hairline": ((45, 55, 120), 0.7, "hair"),
    "red pen": ((190, 35, 45), 0.9, "plain"),
    "green pen": ((25, 120, 60), 0.9, "plain"),
    "pencil": ((90, 90, 95), 0.6, "thin"),
    "faint pencil": ((110, 110, 112), 0.45, "plain"),
    "felt": ((15, 15, 20), 1.0, "thick"),
    "marker": ((20, 20, 25), 0.97, "marker"),
}
#: Only in hard pictures.
HARD_PENS = ("hairline", "faint pencil", "marker")
#: Boards and what is written on them.
BOARDS = {
    "chalk": ((45, 60, 52), (225, 225, 215)),
    "black chalk": ((38, 38, 40), (230, 230, 225)),
    "whiteboard": ((225, 228, 230), (30, 40, 120)),
    "red whiteboard": ((222, 226, 226), (200, 40, 45)),
}


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


def shadow(rng, height, width):
    """The light that a hand, a head or a telephone leaves: 1 where there is no shadow."""
    shape = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(shape)
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    tip = rng.uniform(0.15, 0.85, 2) * [width, height]
    thick = rng.uniform(0.12, 0.6) * min(width, height)
    draw.line([*tip, *(tip + way * 2 * max(width, height))], fill=255, width=int(thick))
    draw.ellipse([*(tip - thick / 2), *(tip + thick / 2)], fill=255)
    soft = shape.filter(ImageFilter.GaussianBlur(float(rng.choice([0.002, 0.006, 0.02, 0.05]) * width)))
    return 1 - rng.uniform(0.2, 0.55) * np.asarray(soft, np.float32) / 255


def light(rng, height, width, hard):
    """A smooth gradient, often the edge of a shadow; hard: also a hand's shadow, sharp edges, dark
    corners and a colour that changes across the page."""
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)
    slope = rng.uniform(-0.25, 0.25, 2)
    field = 1 + slope[0] * (x - 0.5) + slope[1] * (y - 0.5) + 0.06 * smooth_noise(rng, height, width, 3)
    if rng.random() < 0.35:
        angle = rng.uniform(0, 2 * np.pi)
        distance = (x - rng.uniform(0.2, 0.8)) * np.cos(angle) + (y - rng.uniform(0.2, 0.8)) * np.sin(angle)
        field = field * (1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-distance / rng.uniform(0.003 if hard else 0.01, 0.08))))
    if not hard:
        return field[..., None].astype(np.float32)
    field *= 1 - rng.uniform(0, 0.6) * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    if rng.random() < 0.3:
        field = field * shadow(rng, height, width)
    tint = rng.uniform(-0.06, 0.06, 3) + np.multiply.outer(x - 0.5, rng.uniform(-0.1, 0.1, 3))
    return (field[..., None] * (1 + tint)).astype(np.float32)


def paper(rng, ink, pen):
    """A page with the ink on it; often ruled or squared."""
    height, width = ink.shape
    blank = np.array(PAPERS[rng.integers(len(PAPERS))], np.float32)
    page = np.broadcast_to(blank, (height, width, 3)).copy()
    style = rng.choice(["plain", "ruled", "squared"], p=[0.5, 0.25, 0.25])
    if style != "plain":
        cover = rules(rng, height, width, max(8, int(height * rng.uniform(0.08, 0.25))), style)[..., None]
        colour = np.array(RULES[rng.integers(len(RULES))], np.float32)
        page += cover * 0.8 * (np.minimum(colour, blank) - page)
    colour, strength, _ = PENS[pen]
    if "pencil" in pen or pen == "hairline":
        ink = ink * (0.75 + 0.25 * smooth_noise(rng, height, width, max(4, height // 6)))
    page += (strength * ink)[..., None] * (np.array(colour, np.float32) - page)
    return page


def on_table(rng, page, margin):
    """The page's edges within the picture, a table behind them."""
    height, width = page.shape[:2]
    table = np.array(TABLES[rng.integers(len(TABLES))], np.float32)
    grain = smooth_noise(rng, height, width, 4) + 0.5 * np.repeat(
        smooth_noise(rng, height, 2, 60)[:, :1], width, axis=1)
    behind = table * (1 + 0.12 * grain[..., None])
    inset = rng.uniform(0, margin, (4, 2)) * [width, height] * (rng.random((4, 1)) < 0.7)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    shown = corners + inset * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    outline = Image.new("L", (width, height), 0)
    ImageDraw.Draw(outline).polygon([tuple(c) for c in shown], fill=255)
    coefficients = perspective(corners, shown)
    moved = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).transform(
        (width, height), Image.PERSPECTIVE, coefficients, Image.BICUBIC)
    cover = np.asarray(outline, np.float32)[..., None] / 255
    cast = np.asarray(outline.filter(ImageFilter.GaussianBlur(0.01 * width)), np.float32)[..., None] / 255
    return cover * np.asarray(moved, np.float32) + (1 - cover) * behind * (1 - 0.4 * cast)


def camera(rng, scene):
    """Lens, sensor."""
    height, width = scene.shape[:2]
    image = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.2) * height / 500)))
    noisy = np.asarray(image, np.float32) + rng.normal(0, rng.uniform(1, 7), (height, width, 1)).astype(np.float32)
    noisy += rng.normal(0, 1.5, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def photograph(rng, ink, pen, hard, table_margin=0.15):
    """Ink on a page; hard: of a third of the pages the edges are seen, and shadows are sharp."""
    page = paper(rng, ink, pen)
    if hard and rng.random() < 0.35:
        page = on_table(rng, page, table_margin)
    return camera(rng, page * light(rng, *ink.shape, hard) * rng.uniform(0.55, 1.0))


def board(rng, ink, style):
    """Chalk on a blackboard, or a whiteboard with the lamp's reflection."""
    height, width = ink.shape
    back, front = (np.array(colour, np.float32) for colour in BOARDS[style])
    smears = smooth_noise(rng, height, width, 6) + 0.5 * smooth_noise(rng, height, width, 30)
    scene = back * (1 + (0.15 if "chalk" in style else 0.02) * smears[..., None])
    if "chalk" in style:
        grain = rng.random((height // 2 + 1, width // 2 + 1)).astype(np.float32)
        grain = np.asarray(Image.fromarray(grain).resize((width, height), Image.BILINEAR))
        ink = ink * np.clip(0.35 + 1.3 * grain, 0, 1)
    scene = scene + ink[..., None] * (front - scene)
    scene = scene * light(rng, height, width, False)
    if "whiteboard" in style and rng.random() < 0.6:
        y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
        centre, size = rng.uniform(0, 1, 2), rng.uniform(0.08, 0.2)
        glare = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * size**2))
        scene = scene * 0.8 + 120 * glare[..., None]
    return camera(rng, scene)


def pens(hard):
    return [pen for pen in PENS if hard or pen not in HARD_PENS]
