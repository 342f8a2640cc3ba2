#!/usr/bin/env python3
"""Draws hand-written digits as people hand them over: photographs, scans, drawings, forms, sheets.

    make_paper_digits.py --out DIR [--count 200] [--seed 1] [--hard] [--kinds photo,cell,sudoku]
                         --images t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte
    make_paper_digits.py --out DIR --source strokes

Single digits: photo, board, scan, drawing, bitmap (16x16 in two colours), line (any pen in any frame),
cell (of a scanned table), sudoku-cell, blurred (the same out of focus), form, crossed (lines and scribble), band (of colour), pressure
(one part fainter), apart (a five's bar), stretched (16x16, grey or not, digits that fill the square).
Not one digit: several (a row or two, for a reader of one digit), nothing.
Sheets: sheet, notebook, touching, table (fainter than its lines), desk (what lies beyond the page),
sudoku (a photographed page, often turned; its lines are those of the upright page), register (a scanned
table of hundreds of digits by a fine pen).

--source strokes draws with hands that have habits of their own instead of MNIST's pixels, both with either.
--hard adds what spoils real pictures: a table behind the page, sharp shadows of hands, printed
frames, hairlines, faint pencils and markers, screenshots, backs that show through, punched holes.

Writes the pictures and DIR/labels.csv with the columns file, digits, kind; `digits` of a sheet holds
its lines, separated by blanks, and is empty where there is nothing. The same seed gives the same
pictures of a kind, whatever other kinds are drawn.
"""

import argparse
import csv
import gzip
from pathlib import Path

import numpy as np

from paper_digits.grids import blurred, cell, form, register, sudoku, sudoku_cell, table
from paper_digits.notebook import notebook
from paper_digits.numbers import desk, several, touching
from paper_digits.sheet import sheet
from paper_digits.single import bitmap, drawing, line, on_board, photo, scan
from paper_digits.spoilt import apart, band, crossed, nothing, pressure, stretched
from paper_digits.writer import Writer

#: What draws a picture of each kind: from a random generator, what picks a digit, and whether it is to be
#: hard. It returns the picture, its file's ending and the digits on it.
KINDS = {
    "photo": photo,
    "board": on_board,
    "scan": scan,
    "drawing": drawing,
    "bitmap": bitmap,
    "line": line,
    "cell": cell,
    "sudoku-cell": sudoku_cell,
    "blurred": blurred,
    "form": form,
    "crossed": crossed,
    "band": band,
    "pressure": pressure,
    "apart": apart,
    "stretched": stretched,
    "several": several,
    "nothing": nothing,
    "sheet": sheet,
    "notebook": notebook,
    "touching": touching,
    "table": table,
    "desk": desk,
    "sudoku": sudoku,
    "register": register,
}
USUAL = "photo,board,scan,drawing,bitmap"


def read_idx(path):
    data = Path(path).read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def save(rng, image, path):
    options = {"quality": int(rng.integers(60, 95))} if path.suffix == ".jpg" else {}
    image.save(path, **options)


def of_images(rng, images, labels):
    """Picks from MNIST's images: any digit, or one of those wanted."""

    def pick(wanted=None):
        where = len(images) if wanted is None else np.flatnonzero(labels == wanted)
        index = int(rng.integers(where)) if wanted is None else int(rng.choice(where))
        return images[index], labels[index]

    return pick


def of_strokes(rng):
    """Picks what one hand writes, another for every picture."""
    writer = Writer(rng)

    def pick(wanted=None):
        digit = int(rng.integers(10)) if wanted is None else wanted
        return writer.write(digit), digit

    return pick


def picker(rng, source, images, labels):
    strokes = source == "strokes" or (source == "both" and rng.random() < 0.5)
    return of_strokes(rng) if strokes else of_images(rng, images, labels)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", choices=("images", "strokes", "both"), default="images")
    parser.add_argument("--images", help="MNIST's, plain or gzipped; not for --source strokes")
    parser.add_argument("--labels")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--count", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=USUAL, help=f"default {USUAL}")
    parser.add_argument("--hard", action="store_true", help="what spoils real pictures, too")
    arguments = parser.parse_args()
    arguments.kinds = arguments.kinds.split(",")
    for kind in set(arguments.kinds) - set(KINDS):
        parser.error(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    if arguments.source != "strokes" and not (arguments.images and arguments.labels):
        parser.error(f"--source {arguments.source} takes --images and --labels")
    return arguments


def main():
    arguments = parsed()
    images = labels = None
    if arguments.source != "strokes":
        images, labels = read_idx(arguments.images), read_idx(arguments.labels)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "labels.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "digits", "kind"])
        for kind in arguments.kinds:
            for number in range(arguments.count):
                rng = np.random.default_rng([arguments.seed, number, sum(kind.encode())])
                image, ending, digits = KINDS[kind](rng, picker(rng, arguments.source, images, labels), arguments.hard)
                name = f"{kind}_{number:04d}.{ending}"
                save(rng, image, arguments.out / name)
                rows.writerow([name, digits, kind])


if __name__ == "__main__":
    main()
