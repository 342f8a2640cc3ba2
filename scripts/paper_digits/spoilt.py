"""Single digits with what does not belong to them, or with parts that nearly do not."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .ink import place, smooth_noise, stroke, trimmed, warp
from .notebook import covered
from .photograph import PAPERS, camera, light
from .writer import Written

INKS = ((25, 25, 30), (35, 50, 150), (185, 40, 50), (25, 120, 60), (90, 90, 95))
BANDS = ((250, 240, 90), (150, 235, 130), (250, 160, 190), (140, 205, 245), (250, 185, 100))


def blank(rng, height, width):
    return np.broadcast_to(np.array(PAPERS[rng.integers(len(PAPERS))], np.float32), (height, width, 3)).copy()


def shown(rng, page, hard):
    """A scan, or a photograph of the page."""
    height, width = page.shape[:2]
    if rng.random() < 0.4:
        page = page + rng.normal(0, rng.uniform(0, 3), (height, width, 1))
        return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)), "png"
    return camera(rng, page * light(rng, height, width, hard) * rng.uniform(0.6, 1.0)), "jpg"


def alone(rng, drawn):
    """A page's ink with this digit somewhere on it, and the digit's box (x, y, width, height)."""
    tall = max(drawn.shape)
    height = int(tall * rng.uniform(1.2, 3))
    width = int(tall * rng.uniform(1.2, 3))
    ink = np.zeros((height, width), np.float32)
    y, x = (int((room - side) * rng.uniform(0.2, 0.8)) for room, side in zip(ink.shape, drawn.shape))
    place(ink, drawn, x, y)
    return ink, (x, y, drawn.shape[1], drawn.shape[0])


def drawn_alone(rng, digit):
    height = int(rng.choice([60, 100, 160, 250, 400]))
    drawn = trimmed(stroke(digit, height, rng.choice(["thin", "plain", "plain", "thick"])))
    return *alone(rng, drawn), height


def scrawl(shape, points, width):
    """The ink of one line through the points."""
    image = Image.new("L", shape[::-1])
    ImageDraw.Draw(image).line([tuple(p) for p in points], fill=255, width=max(1, round(width)), joint="curve")
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)), np.float32) / 255


def zigzag(rng, box):
    """To and fro over a box."""
    x, y, width, height = box
    count = int(rng.integers(5, 12))
    ways = np.stack([x + width * np.linspace(0, 1, count), y + height * (np.arange(count) % 2)], 1)
    return ways + rng.normal(0, 0.08, ways.shape) * [width, height]


def crossed(rng, pick, hard):
    """A digit with a line through, under or around it, or with scribble over or beside it."""
    digit, label = pick()
    ink, (x, y, w, h), tall = drawn_alone(rng, digit)
    colours = rng.permutation(len(INKS))
    second = INKS[colours[1] if rng.random() < 0.6 else colours[0]]
    style = rng.choice(["through", "across", "under", "around", "over", "beside"], p=[0.3, 0.2, 0.1, 0.1, 0.15, 0.15])
    width, strength = tall * rng.uniform(0.012, 0.04), rng.uniform(0.5, 0.95)
    far = rng.uniform(0.15, 0.8, 2) * tall
    at = y + h * rng.uniform(0.3, 0.8, 2)
    if style == "through":
        line = scrawl(ink.shape, [(x - far[0], at[0]), (x + w + far[1], at[1])], width)
    elif style == "across":
        slope = rng.uniform(-1.2, 1.2)
        ways = np.array([[-3 * tall, -3 * tall * slope], [3 * tall, 3 * tall * slope]])
        line = scrawl(ink.shape, np.array([x + w / 2, at[0]]) + ways, width)
    elif style == "under":
        left, right = y + h * rng.uniform(0.97, 1.15, 2)
        line = scrawl(ink.shape, [(x - far[0], left), (x + w + far[1], right)], width)
    elif style == "around":
        turn = np.linspace(0, rng.uniform(5.8, 7), 40)
        reach = np.array([w / 2 + tall * rng.uniform(0.15, 0.3), h / 2 + tall * rng.uniform(0.12, 0.3)])
        ring = np.stack([np.cos(turn), np.sin(turn)], 1) * reach
        line = scrawl(ink.shape, np.array([x + w / 2, y + h / 2]) + ring, width)
    elif style == "over":
        line, strength = scrawl(ink.shape, zigzag(rng, (x, y, w, h)), width), rng.uniform(0.15, 0.4)
    else:
        side = rng.choice([-1, 1])
        line = scrawl(ink.shape, zigzag(rng, (x + side * (w + 0.15 * tall), y + 0.5 * h, 0.5 * tall, 0.3 * h)), width)
    page = covered(blank(rng, *ink.shape), rng.uniform(0.8, 1.0) * ink, INKS[colours[0]])
    return *shown(rng, covered(page, strength * line, second), hard), label


def band(rng, pick, hard):
    """A digit on or beside a coloured band, or with a dark one along a side of the picture."""
    digit, label = pick()
    ink, (x, y, w, h), tall = drawn_alone(rng, digit)
    page = blank(rng, *ink.shape)
    style = rng.choice(["on", "part", "dark"], p=[0.4, 0.3, 0.3])
    cover = np.zeros(ink.shape, np.float32)
    if style == "dark":
        thick = int(rng.uniform(0.02, 0.12) * min(ink.shape))
        side = rng.integers(4)
        np.rot90(cover, side)[:, :thick] = 1
        # Nothing of the digit may lie under it.
        cover = np.where(np.maximum(ink, 0) > 0.05, 0, cover).astype(np.float32)
        colour = (rng.uniform(10, 90) * np.ones(3)).astype(np.float32)
    else:
        low = y - 0.1 * h if style == "on" else y + h * rng.uniform(-0.3, 0.7)
        high = y + 1.1 * h if style == "on" else low + h * rng.uniform(0.3, 0.7)
        cover[max(0, int(low)) : max(0, int(high))] = rng.uniform(0.6, 1.0)
        cover = warp(rng, cover, 4, 0.01)
        colour = np.array(BANDS[rng.integers(len(BANDS))], np.float32)
    page = covered(page, cover, colour)
    page = covered(page, rng.uniform(0.8, 1.0) * ink, INKS[rng.choice([0, 1, 2, 4])])
    return *shown(rng, page, hard), label


def pressure(rng, pick, hard):
    """One stroke, or the part of the digit beyond a line across it, is much fainter than the rest."""
    digit, label = pick()
    if isinstance(digit, Written) and len(digit.lines) > 1 and rng.random() < 0.7:
        digit.pressures[int(rng.integers(len(digit.lines)))] = rng.uniform(0.2, 0.5)
        ink, _, _ = drawn_alone(rng, digit)
    else:
        ink, (x, y, w, h), _ = drawn_alone(rng, digit)
        rows, columns = np.indices(ink.shape, np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        away = (columns - x - w / 2) / max(w, h / 2) * np.cos(angle) + (rows - y - h / 2) / h * np.sin(angle)
        part = 1 / (1 + np.exp(-(away - rng.uniform(-0.05, 0.2)) / rng.uniform(0.005, 0.05)))
        ink = ink * (1 - rng.uniform(0.5, 0.8) * part)
    grain = 0.85 + 0.15 * smooth_noise(rng, *ink.shape, max(4, min(ink.shape) // 4))
    page = covered(blank(rng, *ink.shape), rng.uniform(0.75, 1.0) * ink * grain, INKS[rng.choice([0, 1, 4])])
    return *shown(rng, page, hard), label


def pulled(rng, digit):
    """A five with its bar some way off; of pixels, what lies above the neck."""
    height = int(rng.choice([60, 100, 160, 250, 400]))
    thickness = rng.choice(["thin", "plain"])
    if isinstance(digit, Written):
        if len(digit.lines) == 1:
            line = digit.lines[0]
            bend = int(np.argmin(line[: len(line) // 2].sum(1)))
            digit.lines, digit.pressures = [line[bend:], line[: bend + 1]], [1.0, 1.0]
        digit.lines[-1] = digit.lines[-1] + [rng.uniform(0.03, 0.2), -rng.uniform(0.0, 0.14)]
        return trimmed(stroke(digit, height, thickness))
    drawn = trimmed(stroke(digit, height, thickness))
    rows = slice(int(0.15 * drawn.shape[0]), int(0.42 * drawn.shape[0]))
    neck = rows.start + int(np.argmin(drawn[rows].sum(1)))
    gap, aside = int(height * rng.uniform(0.05, 0.14)), int(height * rng.uniform(0.0, 0.12))
    out = np.zeros((drawn.shape[0] + gap, drawn.shape[1] + aside), np.float32)
    place(out, drawn[:neck], aside, 0)
    place(out, drawn[neck:], 0, neck + gap)
    return out


def apart(rng, pick, hard):
    """A five whose bar stands apart."""
    digit, label = pick(5)
    ink, _ = alone(rng, pulled(rng, digit))
    page = covered(blank(rng, *ink.shape), rng.uniform(0.7, 1.0) * ink, INKS[rng.integers(len(INKS))])
    return *shown(rng, page, hard), label


def stretched(rng, pick, hard):
    """16x16 as optical scans have it: the digit fills the square, in two colours or in grey on grey paper."""
    digit, label = pick()
    drawn = trimmed(stroke(digit, 96, rng.choice(["thin", "plain", "plain", "thick"])))
    # Slim ones are widened less far than others where the writer of the scan had any mercy.
    if drawn.shape[1] < 40 and rng.random() < 0.5:
        drawn = np.pad(drawn, ((0, 0), (int(rng.uniform(0, 30)),) * 2))
    small = np.asarray(Image.fromarray(drawn).resize((16, 16), Image.BOX))
    if rng.random() < 0.5:
        small = (small > rng.uniform(0.3, 0.5)).astype(np.float32)
    else:
        floor = rng.uniform(0, 0.35)
        small = floor + (rng.uniform(0.6, 1.0) - floor) * small + rng.normal(0, rng.uniform(0, 0.05), (16, 16))
    grey = Image.fromarray((255 * np.clip(small if rng.random() < 0.5 else 1 - small, 0, 1)).astype(np.uint8))
    times = int(rng.choice([1, 1, 2, 4, 8]))
    how = Image.NEAREST if rng.random() < 0.7 else Image.BICUBIC
    return grey.resize((16 * times, 16 * times), how), "png", label


def nothing(rng, pick, hard):
    """No digit: blank paper under light and shadow, remains of lines, scribble, specks."""
    height = int(rng.choice([60, 120, 240, 480]))
    width = int(height * rng.uniform(0.6, 1.7))
    page, ink = blank(rng, height, width), np.zeros((height, width), np.float32)
    colour = INKS[rng.integers(len(INKS))]
    style = rng.choice(["blank", "lines", "scribble", "specks"])
    if style == "lines":
        for _ in range(int(rng.integers(1, 4))):
            at = (rng.choice([0.02, 0.97, rng.uniform(0, 1)]) * np.array([width, height])).astype(int)
            thick = max(1, int(min(height, width) * rng.uniform(0.01, 0.04)))
            if rng.random() < 0.5:
                ink[at[1] : at[1] + thick] = 1
            else:
                ink[:, at[0] : at[0] + thick] = 1
        ink = warp(rng, ink, 3, 0.01)
    elif style == "scribble":
        box = (0.2 * width, 0.3 * height, rng.uniform(0.3, 0.6) * width, rng.uniform(0.2, 0.4) * height)
        ink = scrawl(ink.shape, zigzag(rng, box), min(height, width) * rng.uniform(0.01, 0.03))
    elif style == "specks":
        for x, y, radius in rng.random((int(rng.integers(3, 40)), 3)):
            reach = 0.5 + radius * 0.008 * min(height, width)
            rows, columns = np.indices(ink.shape)
            ink[(columns - x * width) ** 2 + (rows - y * height) ** 2 < reach**2] = 1
    return *shown(rng, covered(page, rng.uniform(0.4, 1.0) * ink, colour), hard), ""
