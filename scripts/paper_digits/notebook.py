"""Pages of notebooks: thin pens and pencils, small digits, rules that bend with the paper."""

import numpy as np
from PIL import Image

from .ink import place, smooth_noise, warp_alike
from .pen import pen_stroke
from .photograph import PAPERS, RULES, camera, light, on_table

#: A pen's colour, how much of the paper it hides at least and at most, and its width as a share of
#: a digit's height.
PENS = {
    "thin blue pen": ((50, 70, 165), (0.5, 0.85), (0.045, 0.08)),
    "blue pen": ((35, 50, 150), (0.75, 0.95), (0.06, 0.11)),
    "pencil": ((85, 85, 90), (0.35, 0.7), (0.05, 0.1)),
    "black pen": ((30, 30, 35), (0.75, 0.95), (0.05, 0.1)),
    "felt": ((20, 20, 60), (0.85, 1.0), (0.1, 0.17)),
}
#: Pages of notebooks are white or nearly so; the others of PAPERS are note papers.
WHITE = PAPERS[:2] + PAPERS[-1:]


def slanted(ink, slant):
    """The ink with its top moved to the right by slant times its height."""
    height, width = ink.shape
    grown = int(abs(slant) * height) + 1
    matrix = (1, slant, -slant * height if slant > 0 else 0, 0, 1, 0)
    return np.asarray(Image.fromarray(ink).transform((width + grown, height), Image.AFFINE, matrix, Image.BILINEAR))


class Hand:
    """One writer: how large, how wide apart, how slanted, how even."""

    def __init__(self, rng, tall, width):
        self.rng, self.tall, self.width = rng, tall, width
        self.slant, self.spacing = rng.uniform(-0.1, 0.35), rng.uniform(0.05, 0.7)
        self.uneven = rng.uniform(0.05, 0.2)
        self.groups = rng.random() < 0.3

    def write_line(self, ink, pick, count, base):
        """Up to count digits on a line whose foot is base(x). Returns what was written."""
        rng, side = self.rng, ink.shape[1]
        x, text = side * rng.uniform(0.05, 0.25), ""
        for _ in range(count):
            digit, label = pick()
            tall = self.tall * (1 + rng.uniform(-self.uneven, self.uneven))
            drawn = slanted(pen_stroke(digit, tall, self.width), self.slant + rng.uniform(-0.06, 0.06))
            if text and x + drawn.shape[1] > 0.95 * side:
                break
            foot = base(x) + rng.uniform(-0.5, 0.5) * self.uneven * self.tall
            place(ink, drawn, int(x), max(0, int(foot - drawn.shape[0])))
            gap = max(-0.06, self.spacing + rng.uniform(-1, 1) * self.uneven - 0.1 * (self.slant > 0.2))
            x += drawn.shape[1] + self.tall * gap
            x += self.tall * rng.uniform(0.5, 1.2) if self.groups and rng.random() < 0.25 else 0
            text += str(label)
        return text


def printed(rng, shape, pitch, style):
    """How much the printed lines cover, and the feet of the ruled lines."""
    height, width = shape
    cover = np.zeros(shape, np.float32)
    thick = max(1, round(pitch / rng.uniform(18, 45)))
    feet = np.arange(rng.uniform(0.5, 1) * pitch, height, pitch)
    for y in feet:
        cover[int(y) : int(y) + thick] = 1
    if style == "squared":
        for x in np.arange(rng.uniform(0, 1) * pitch, width, pitch):
            cover[:, int(x) : int(x) + thick] = 1
    return cover, feet


def bent(rng, image):
    """The page as it lies, not quite flat: every column moved up or down along a smooth curve."""
    height, width = image.shape[:2]
    u = np.linspace(0, 1, width)
    lift = rng.uniform(0, 0.008) * height * np.sin(np.pi * (rng.uniform(0.5, 1.6) * u + rng.uniform(0, 2)))
    whole, part = np.floor(lift).astype(int), (lift - np.floor(lift))[None, :, None]
    rows = np.arange(height)[:, None] + whole
    columns = np.arange(width)[None]
    above = image[np.clip(rows, 0, height - 1), columns]
    below = image[np.clip(rows + 1, 0, height - 1), columns]
    return (1 - part) * above + part * below


def covered(page, cover, colour):
    return page + cover[..., None] * (np.minimum(np.array(colour, np.float32), page) - page)


def seen(rng, page):
    """The page from a slight angle, and bent."""
    # Warping fills with black, so what is warped is how dark the page is.
    channels = warp_alike(rng, [255 - page[..., c] for c in range(3)], 2.5, 0.015)
    return bent(rng, 255 - np.stack(channels, 2))


def notebook(rng, pick, hard):
    """A photographed page of up to 24 digits in up to five lines. hard: shadows are sharp."""
    sizes = [(1280, 960), (1600, 1200), (1200, 1600), (2000, 1500), (3000, 4000)]
    width, height = sizes[rng.choice(5, p=[0.2, 0.3, 0.25, 0.2, 0.05])]
    count, left, lines = int(rng.integers(1, 6)), 24, []
    tall = height * rng.uniform(0.03, min(0.1, 0.5 / (count + 1)))
    colour, strength, share = PENS[rng.choice(list(PENS), p=[0.35, 0.15, 0.25, 0.15, 0.1])]
    hand = Hand(rng, tall, max(1.6, tall * rng.uniform(*share)))
    style = rng.choice(["plain", "ruled", "squared"], p=[0.3, 0.35, 0.35])
    paper = WHITE if style != "plain" else PAPERS
    page = np.broadcast_to(np.array(paper[rng.integers(len(paper))], np.float32), (height, width, 3)).copy()
    pitch = tall * (rng.uniform(0.9, 1.6) if style == "ruled" else rng.uniform(0.45, 1.1))
    feet = np.linspace(0.15, 0.95, 9) * height
    if style != "plain":
        cover, feet = printed(rng, page.shape[:2], pitch, style)
        page = covered(page, rng.uniform(0.5, 0.9) * cover, RULES[rng.integers(len(RULES))])
        if rng.random() < 0.3:
            x = int(rng.uniform(0.04, 0.12) * width)
            page[:, x : x + max(1, width // 600)] *= np.array([0.95, 0.65, 0.65], np.float32)
    ink = np.zeros(page.shape[:2], np.float32)
    step = rng.uniform(1.5, max(1.6, min(3.0, 0.8 * height / (count * tall)))) * tall
    top = rng.uniform(1.3 * tall, max(1.4 * tall, 0.95 * height - step * (count - 1)))
    for line in range(count):
        foot = top + line * step
        if style != "plain":
            foot = feet[np.argmin(np.abs(feet - foot))]
        slope, curve = rng.uniform(-0.02, 0.02), rng.uniform(-0.5, 0.5) * tall
        base = lambda x: foot + slope * x + curve * (x / width - 0.5) ** 2 + 0.04 * tall
        length = min(int(rng.integers(1, 13)), left - (count - 1 - line))
        lines.append(hand.write_line(ink, pick, length, base))
        left -= len(lines[-1])
    grain = 0.8 + 0.2 * smooth_noise(rng, height, width, max(4, height // 6))
    page = covered(page, rng.uniform(*strength) * ink * grain, colour)
    page = seen(rng, page)
    if rng.random() < 0.4:
        page = on_table(rng, page, 0.05)
    return camera(rng, page * light(rng, height, width, hard) * rng.uniform(0.55, 1.0)), "jpg", " ".join(lines)
