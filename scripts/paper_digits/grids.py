"""Digits in printed grids: cells of scanned tables, squares of sudokus, boxes of forms, whole pages of them."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .ink import frame, place, stroke, trimmed, warp_alike
from .notebook import covered
from .photograph import PAPERS, camera, light, on_table

PENS = (((30, 30, 35), 0.95), ((40, 55, 155), 0.9), ((60, 80, 170), 0.75), ((185, 40, 50), 0.85), ((85, 85, 90), 0.6))
PRINT = ((40, 40, 45), (110, 110, 115), (90, 120, 165), (165, 110, 110))
WORDS = ("Date", "Name", "Sum", "Page", "Total", "No.", "Points", "Class")


def grid(shape, xs, ys, thick_x, thick_y):
    """How much the printed lines cover, each by its place and its thickness."""
    cover = np.zeros(shape, np.float32)
    for x, thick in zip(xs, thick_x):
        cover[:, max(0, int(x)) : max(0, int(x)) + thick] = 1
    for y, thick in zip(ys, thick_y):
        cover[max(0, int(y)) : max(0, int(y)) + thick] = 1
    return cover


def write_in(rng, ink, digit, box, tall, thickness, astray=0.06):
    """A digit about the middle of a box (x, y, width, height), no wider than the box. Returns where its ink lies:
    left, top, right, bottom."""
    x, y, width, height = box
    drawn = trimmed(stroke(digit, tall, thickness))
    if drawn.shape[1] > 0.95 * width:
        drawn = trimmed(stroke(digit, tall * 0.95 * width / drawn.shape[1], thickness))
    left = max(0, int(x + (width - drawn.shape[1]) / 2 + rng.normal(0, astray) * width))
    top = max(0, int(y + (height - drawn.shape[0]) / 2 + rng.normal(0, astray) * height))
    place(ink, drawn, left, top)
    return left, top, left + drawn.shape[1], top + drawn.shape[0]


def patch(rng, pick, width, height, thin, thick, lowest):
    """Three by three cells of a grid, the digit in the middle one: lines, ink, the digit and where it lies.

    thin, thick: the lines' thicknesses in pixels, of which each line has one. lowest: no digit is below it.
    """
    shape = (3 * height, 3 * width)
    thickness = lambda: [int(rng.choice([thin, thin, thick])) for _ in range(4)]
    cover = grid(shape, np.arange(4) * width, np.arange(4) * height, thickness(), thickness())
    ink = np.zeros(shape, np.float32)
    pen, tall = rng.choice(["thin", "plain", "plain", "thick"]), height * rng.uniform(0.45, 0.92)
    full = rng.random() < 0.5
    for row, column in ((0, 1), (1, 0), (1, 2), (2, 1), (1, 1)):
        digit, label = pick(int(rng.integers(lowest, 10)))
        if (row, column) == (1, 1) or full:
            box = (column * width, row * height, width, height)
            lies = write_in(rng, ink, digit, box, tall * rng.uniform(0.9, 1.1), pen)
    return cover, ink, label, lies


def cut(rng, picture, width, height, far, lies):
    """The middle cell, each of its sides missed by up to this share of it, inwards or outwards; hardly
    anything of the digit is cut off."""
    left, right = (rng.uniform(-far, far, 2) * width).astype(int) + [width, 2 * width]
    top, bottom = (rng.uniform(-far, far, 2) * height).astype(int) + [height, 2 * height]
    spare = int(0.04 * height)
    left, top = min(left, lies[0] + spare), min(top, lies[1] + spare)
    return picture[top : max(bottom, lies[3] - spare), left : max(right, lies[2] - spare)]


def cell(rng, pick, hard):
    """A cell cut from a scanned table, remains of its frame at the sides, often a ruling at the digit's foot."""
    height = int(28 * 5 ** rng.random())
    width = max(20, int(height * rng.uniform(0.65, 1.7)))
    thin = max(1, round(height * rng.uniform(0.01, 0.04)))
    cover, ink, label, lies = patch(rng, pick, width, height, thin, 2 * thin, 0)
    if rng.random() < 0.3:
        at = height + int(height * rng.choice([rng.uniform(0.72, 0.95), rng.uniform(0.15, 0.85)], p=[0.7, 0.3]))
        dash = np.arange(3 * width) % (4 * thin + 2) < 2 * thin + 1 if rng.random() < 0.4 else np.ones(3 * width, bool)
        cover[at : at + thin, dash] = 1
    cover, ink = warp_alike(rng, [cover, ink], 2.5, 0.01)
    depth = np.maximum(cover * rng.uniform(60, 215), ink * rng.uniform(90, 225))
    grey = rng.uniform(225, 255) - depth
    image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(rng.uniform(0, 0.02) * height)))
    pixels = cut(rng, np.asarray(image, np.float32), width, height, 0.14, lies)
    pixels = pixels + rng.normal(0, rng.uniform(0, 6), pixels.shape)
    if rng.random() < 0.2:
        pixels = 255.0 * (pixels > pixels.max() - rng.uniform(0.35, 0.6) * depth.max())
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), rng.choice(["png", "jpg"]), label


def printed_page(rng, cover, ink, pen=None, strength=None):
    """A page in colour: print, and a pen over it."""
    white = (*PAPERS[:2], PAPERS[-1])
    page = np.broadcast_to(np.array(white[rng.integers(3)], np.float32), (*ink.shape, 3)).copy()
    page = covered(page, rng.uniform(0.6, 0.95) * cover, PRINT[rng.choice(4, p=[0.6, 0.2, 0.1, 0.1])])
    colour, hidden = PENS[rng.integers(len(PENS))] if pen is None else pen
    return covered(page, (hidden if strength is None else strength) * ink, colour)


def square(rng, pick, hard, least, most):
    """A square cut from a photographed sudoku, blurred by from `least` to `most` of its side."""
    side = int(30 * 5 ** rng.random())
    thin = max(1, round(side * rng.uniform(0.012, 0.035)))
    cover, ink, label, lies = patch(rng, pick, side, side, thin, round(thin * rng.uniform(2, 4)), 1)
    cover, ink = warp_alike(rng, [cover, ink], 3, 0.02)
    page = printed_page(rng, cover, ink) * light(rng, *ink.shape, hard) * rng.uniform(0.5, 1.0)
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(rng.uniform(least, most) * side)))
    pixels = cut(rng, np.asarray(image, np.float32), side, side, 0.12, lies)
    pixels = pixels + rng.normal(0, rng.uniform(0, 7), pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), "jpg", label


def sudoku_cell(rng, pick, hard):
    """A square cut from a photographed sudoku, its frame seen at some sides."""
    return square(rng, pick, hard, 0, 0.03)


def blurred(rng, pick, hard):
    """The same of a photograph out of focus: what the blur fills are loops."""
    return square(rng, pick, hard, 0.03, 0.05)


def laid(rng, page, hard, margin):
    """The page on a table, under a lamp."""
    page = on_table(rng, page, margin)
    return camera(rng, page * light(rng, *page.shape[:2], hard) * rng.uniform(0.55, 1.0))


def sudoku(rng, pick, hard):
    """A photographed sudoku, filled in by hand, its lines of digits from above; every second one lies on a side or
    upside down in the picture."""
    side = int(rng.choice([900, 1200, 1600]))
    shape = (side, int(side * rng.choice([0.8, 1.0, 1.25])))
    square = int(min(shape) * rng.uniform(0.72, 0.94) / 9)
    left, top = (int((length - 9 * square) * rng.uniform(0.3, 0.7)) for length in shape[::-1])
    thin = max(1, round(square * rng.uniform(0.015, 0.035)))
    thick = [thin if i % 3 else round(thin * rng.uniform(2, 4)) for i in range(10)]
    cover = np.zeros(shape, np.float32)
    for i in range(10):
        place(cover, np.ones((thick[i], 9 * square + thick[-1]), np.float32), left, top + i * square)
        place(cover, np.ones((9 * square + thick[-1], thick[i]), np.float32), left + i * square, top)
    ink, lines, share = np.zeros(shape, np.float32), [], rng.uniform(0.3, 1.0)
    pen, tall = rng.choice(["thin", "plain"]), square * rng.uniform(0.5, 0.78)
    for row in range(9):
        columns = [column for column in range(9) if rng.random() < share] or [int(rng.integers(9))]
        text = ""
        for column in columns:
            digit, label = pick(int(rng.integers(1, 10)))
            box = (left + column * square, top + row * square, square, square)
            write_in(rng, ink, digit, box, tall * rng.uniform(0.9, 1.1), pen, 0.04)
            text += str(label)
        lines.append(text)
    cover, ink = warp_alike(rng, [cover, ink], 4, 0.03)
    picture = laid(rng, printed_page(rng, cover, ink), hard, 0.06)
    turned = rng.choice([0, 90, 180, 270], p=[0.5, 0.2, 0.1, 0.2])
    return picture.rotate(int(turned), expand=True), "jpg", " ".join(lines)


def printed_word(rng, tall):
    """A word in print, as forms have above their boxes."""
    font = ImageFont.load_default(max(6, int(tall)))
    word = WORDS[rng.integers(len(WORDS))]
    left, top, right, bottom = font.getbbox(word)
    image = Image.new("L", (int(right), int(bottom)))
    ImageDraw.Draw(image).text((0, 0), word, fill=255, font=font)
    return np.asarray(image, np.float32)[int(top) :] / 255


def form(rng, pick, hard):
    """A photographed or scanned form: a row of boxes of which one is filled, with a word above it."""
    height = int(rng.choice([200, 400, 640, 960]))
    shape = (height, int(height * rng.uniform(0.9, 1.6)))
    count = int(rng.integers(1, 6))
    side = int(min(0.6 * height, 0.85 * shape[1] / count) * rng.uniform(0.6, 1.0))
    left, top = int((shape[1] - count * side) * rng.uniform(0.2, 0.8)), int((height - side) * rng.uniform(0.3, 0.7))
    cover, thick = np.zeros(shape, np.float32), max(1, int(side * rng.uniform(0.01, 0.04)))
    for i in range(count):
        frame(cover, (left + i * side, top, side, side), thick)
    if rng.random() < 0.6:
        word = printed_word(rng, side * rng.uniform(0.15, 0.3))
        place(cover, word, left, max(0, int(top - 1.3 * word.shape[0])))
    ink = np.zeros(shape, np.float32)
    digit, label = pick()
    box = (left + int(rng.integers(count)) * side, top, side, side)
    write_in(rng, ink, digit, box, side * rng.uniform(0.5, 1.05), rng.choice(["thin", "plain"]), 0.07)
    cover, ink = warp_alike(rng, [cover, ink], 3, 0.02)
    return laid(rng, printed_page(rng, cover, ink), hard, 0.04 if hard else 0.0), "jpg", label


def table(rng, pick, hard):
    """A photographed table of dark lines, its cells filled with a pencil fainter than they are."""
    width, height = [(1600, 1200), (1200, 1600)][rng.integers(2)]
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    pitch, step = int(height * rng.uniform(0.08, 0.14)), int(width * 0.85 / columns)
    left, top = int(0.07 * width), int(rng.uniform(0.1, 0.9) * (height - rows * pitch - 20))
    cover, thick = np.zeros((height, width), np.float32), max(2, round(pitch * rng.uniform(0.02, 0.05)))
    for row in range(rows):
        for column in range(columns):
            frame(cover, (left + column * step, top + row * pitch, step, pitch), thick)
    ink, lines, tall = np.zeros(cover.shape, np.float32), [], pitch * rng.uniform(0.45, 0.65)
    for row in range(rows):
        text = ""
        for column in range(columns):
            x = left + column * step + rng.uniform(0.1, 0.5) * tall
            for _ in range(int(rng.integers(0 if text else 1, 4))):
                digit, label = pick()
                drawn = trimmed(stroke(digit, tall * rng.uniform(0.9, 1.1), "thin"))
                if x + drawn.shape[1] > left + (column + 1) * step:
                    break
                place(ink, drawn, int(x), int(top + row * pitch + (pitch - drawn.shape[0]) * rng.uniform(0.4, 0.7)))
                x += drawn.shape[1] + tall * rng.uniform(0.1, 0.35)
                text += str(label)
        lines.append(text)
    cover, ink = warp_alike(rng, [cover, ink], 2.5, 0.015)
    page = printed_page(rng, cover, ink, ((85, 85, 90), 1.0), rng.uniform(0.25, 0.5))
    return laid(rng, page, hard, 0.03), "jpg", " ".join(lines)


def register(rng, pick, hard):
    """A scanned page of hundreds of cells, in each a digit by a pen as fine as the table's lines and fainter; hard:
    in uneven light."""
    columns, rows = int(rng.integers(12, 21)), int(rng.integers(15, 31))
    cell = int(rng.choice([56, 75, 110]))
    margin = int(rng.uniform(0.3, 1.0) * cell)
    shape = (rows * cell + 2 * margin, columns * cell + 2 * margin)
    cover, thick = np.zeros(shape, np.float32), max(1, round(cell * rng.uniform(0.015, 0.03)))
    for row in range(rows):
        for column in range(columns):
            frame(cover, (margin + column * cell, margin + row * cell, cell, cell), thick)
    ink, lines, tall = np.zeros(shape, np.float32), [], cell * rng.uniform(0.4, 0.6)
    for row in range(rows):
        text = ""
        for column in range(columns):
            digit, label = pick()
            box = (margin + column * cell, margin + row * cell, cell, cell)
            write_in(rng, ink, digit, box, tall * rng.uniform(0.85, 1.15), "thin", 0.05)
            text += str(label)
        lines.append(text)
    cover, ink = warp_alike(rng, [cover, ink], 0.3, 0.002)
    page = covered(np.full((*shape, 3), 250, np.float32), rng.uniform(0.7, 0.95) * cover, PRINT[0])
    page = covered(page, rng.uniform(0.5, 0.9) * ink, PENS[rng.integers(1, len(PENS))][0])
    if hard:
        page = page * light(rng, *shape, hard=False)
        page = page + rng.normal(0, rng.uniform(0, 3), page.shape)
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)), "jpg", " ".join(lines)
