"""Reads digits on generated paper, scans, drawings and sheets with a trained model.

The environment names the program (MLPCTL), the model (TEST_MODEL) and the folder of MNIST
(TEST_DATA).
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, MODEL = os.environ["MLPCTL"], os.environ["TEST_MODEL"]
DATA = pathlib.Path(os.environ["TEST_DATA"])
COUNT, FEW, SHEETS, PAGES, AS_PNG = 50, 24, 8, 4, 1000
#: What three nets of the default recipe read of 600 pictures of each kind, half of them written by strokes, less half a
#: point; of `apart` of 60 others, of which fewer were read. Four things were chosen by half of them or all: that readings of
#: different places do not add up, how often small pictures are looked at by medians, too, what a frame of a cell is, and
#: what the faintest strokes are worth.
SPOILT = {
    "cell": 0.956,
    "sudoku-cell": 0.94,
    "blurred": 0.857,
    "form": 0.944,
    "crossed": 0.956,
    "band": 0.973,
    "pressure": 0.922,
    "apart": 0.95,
    "stretched": 0.968,
}
#: Of the 816 wrong answers among them so many had a probability of 0.9 or more.
SURE_AND_WRONG = 0.088
#: Pages of these kinds that are not asked for as such are told to hold several digits: 356 of 360 by three nets.
TOLD = ("sheet", "notebook", "desk", "touching", "table", "sudoku")
TOLD_SHARE = 0.98
#: Of 300 pictures of what is no digit so many got no answer, or one below 0.9.
DOUBTED = 0.88


def generate(folder, count, kinds, *options):
    subprocess.run(
        [sys.executable, ROOT / "scripts/make_paper_digits.py", "--out", folder, "--kinds", kinds,
         "--count", str(count), "--images", DATA / "t10k-images-idx3-ubyte",
         "--labels", DATA / "t10k-labels-idx1-ubyte", *options],
        check=True,
    )
    with open(folder / "labels.csv") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def answers(*arguments):
    """What predict says of each picture, by the file's name (an IDX file: by index)."""
    command = [PROGRAM, "predict", "--json", "--model", MODEL, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in map(json.loads, result.stdout.splitlines()) if "left_out" not in line]
    return {line.get("index", pathlib.Path(line["file"]).name): line for line in lines}


def at_least(measured, count, errors=2):
    """So many standard errors of this many pictures below a share that was measured."""
    return measured - errors * np.sqrt(measured * (1 - measured) / count)


def at_most(measured, count, errors):
    return 1 - at_least(1 - measured, count, errors)


def share_right(labels, read):
    return np.mean([str(read[name].get("digit")) == row["digits"] for name, row in labels.items()])


def negative(path, target):
    image = Image.open(path)
    pixels = np.asarray(image.convert("RGBA") if image.mode == "RGBA" else image).copy()
    if image.mode == "RGBA":
        pixels[..., :3] = 255 - pixels[..., :3]
    else:
        pixels = 255 - pixels
    Image.fromarray(pixels).save(target.with_suffix(".png"), compress_level=1)


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.held.cleanup)
        cls.folder = pathlib.Path(cls.held.name)
        cls.labels = generate(cls.folder / "digits", COUNT, "photo,scan,drawing,bitmap")
        cls.answers = answers(cls.folder / "digits")

    def right(self, *kinds):
        chosen = {name: row for name, row in self.labels.items() if row["kind"] in kinds}
        return share_right(chosen, self.answers)

    def test_photographs_scans_and_drawings_are_read(self):
        self.assertGreaterEqual(self.right("photo", "scan", "drawing"), 0.96)

    def test_tiny_stretched_bitmaps_are_read(self):
        self.assertGreaterEqual(self.right("bitmap"), 0.92)

    def test_lines_of_any_width_in_frames_of_any_size_are_read(self):
        # Measured: 295 of 300, of which three lost a loop when they were thinned; two standard errors of 50 below.
        labels = generate(self.folder / "lines", COUNT, "line")
        self.assertGreaterEqual(share_right(labels, answers(self.folder / "lines")), 0.94)

    def test_tables_sharp_shadows_and_frames_are_told_from_digits(self):
        labels = generate(self.folder / "hard", COUNT, "photo", "--hard")
        self.assertGreaterEqual(share_right(labels, answers(self.folder / "hard")), 0.82)

    def test_drawings_in_screenshots_are_read(self):
        labels = generate(self.folder / "screenshots", COUNT, "drawing", "--hard")
        self.assertGreaterEqual(share_right(labels, answers(self.folder / "screenshots")), 0.9)

    def test_boards_are_read(self):
        labels = generate(self.folder / "boards", COUNT // 2, "board")
        self.assertGreaterEqual(share_right(labels, answers(self.folder / "boards")), 0.96)

    def test_a_picture_and_its_negative_get_the_same_answer(self):
        folder = self.folder / "negatives"
        folder.mkdir()
        for name in self.labels:
            negative(self.folder / "digits" / name, folder / name)
        turned = answers(folder)
        # A JPEG's negative is written without loss; only the polarity differs.
        same = [
            turned[pathlib.Path(name).with_suffix(".png").name].get("digit") == answer.get("digit")
            for name, answer in self.answers.items()
        ]
        self.assertGreaterEqual(np.mean(same), 0.99)

    def test_grids_lines_bands_and_parted_strokes_are_told_from_digits(self):
        labels = generate(self.folder / "spoilt", FEW, ",".join(SPOILT), "--source", "both")
        read = answers(self.folder / "spoilt")
        for kind, measured in SPOILT.items():
            with self.subTest(kind):
                chosen = {name: row for name, row in labels.items() if row["kind"] == kind}
                # Of nine kinds one is two errors below in every sixth run, by chance.
                self.assertGreaterEqual(share_right(chosen, read), at_least(measured, FEW, errors=3))
        measured = np.mean(list(SPOILT.values()))
        self.assertGreaterEqual(share_right(labels, read), at_least(measured, FEW * len(SPOILT)))
        wrong = [answer for name, answer in read.items() if str(answer.get("digit")) != labels[name]["digits"]]
        sure = [answer for answer in wrong if (answer.get("confidence") or 0) >= 0.9]
        if wrong:
            # Of ten wrong ones three are sure in every tenth run, by chance.
            most = at_most(SURE_AND_WRONG, len(wrong), 3)
            self.assertLessEqual(len(sure) / len(wrong), most, sure)

    def test_several_digits_are_said_and_what_is_no_digit_is_doubted(self):
        generate(self.folder / "several", FEW, "several", "--source", "both")
        for name, answer in answers(self.folder / "several").items():
            self.assertIn("several digits", answer.get("note", ""), name)
        generate(self.folder / "pages", 2, ",".join((*TOLD, "register")), "--source", "both")
        told = {name: "several digits" in answer.get("note", "") for name, answer in answers(self.folder / "pages").items()}
        self.assertGreaterEqual(np.mean(list(told.values())), at_least(TOLD_SHARE, len(told)), told)
        generate(self.folder / "nothing", COUNT, "nothing")
        doubted = [(each.get("confidence") or 0) < 0.9 for each in answers(self.folder / "nothing").values()]
        self.assertGreaterEqual(np.mean(doubted), at_least(DOUBTED, COUNT))

    def test_a_kind_is_drawn_alike_alone_and_among_others(self):
        generate(self.folder / "alone", 3, "stretched", "--source", "both")
        generate(self.folder / "among", 3, "cell,stretched", "--source", "both")
        for picture in sorted((self.folder / "alone").glob("*.png")):
            self.assertEqual(picture.read_bytes(), (self.folder / "among" / picture.name).read_bytes())

    def in_place(self, kind, count=SHEETS, *options):
        labels = generate(self.folder / kind, count, kind, *options)
        read = answers("--split", self.folder / kind)
        good = total = 0
        for name, row in labels.items():
            expected, lines = row["digits"].split(), read[name].get("lines", [])
            total += sum(map(len, expected))
            for line, wanted in zip(lines, expected):
                good += sum(a == b for a, b in zip(line, wanted))
        return good / total

    def test_sheets_are_read_in_place(self):
        self.assertGreaterEqual(self.in_place("sheet"), 0.97)

    def test_notebook_pages_of_small_thin_writing_are_read_in_place(self):
        self.assertGreaterEqual(self.in_place("notebook"), 0.88)

    def pages(self, kind, mean, deviation):
        """That a page's share is, in the mean of few, no further below that of 40 than two standard errors."""
        read = self.in_place(kind, PAGES, "--source", "both")
        self.assertGreaterEqual(read, mean - 2 * deviation / np.sqrt(PAGES))

    def test_pages_of_which_the_edges_are_seen_are_read_in_place(self):
        self.pages("desk", 0.94, 0.19)

    def test_touching_digits_are_read_in_place(self):
        self.pages("touching", 0.88, 0.16)

    def test_tables_darker_than_their_digits_are_read_in_place(self):
        self.pages("table", 0.90, 0.24)

    def test_photographed_sudokus_are_read_in_place(self):
        self.pages("sudoku", 0.83, 0.30)

    def test_tables_of_hundreds_of_digits_are_read_in_place(self):
        self.pages("register", 0.971, 0.038)

    def test_mnist_as_png_files_is_answered_as_from_the_idx_file(self):
        images = DATA / "t10k-images-idx3-ubyte"
        pixels = np.frombuffer(images.read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28)
        folder = self.folder / "mnist"
        folder.mkdir()
        for i in range(AS_PNG):
            Image.fromarray(pixels[i]).save(folder / f"{i}.png")
        direct, drawn = answers(images, "--range", f"0:{AS_PNG}"), answers(folder)
        differ = [i for i in range(AS_PNG) if direct[i]["digit"] != drawn[f"{i}.png"]["digit"]]
        self.assertLessEqual(len(differ), AS_PNG // 500, differ)


if __name__ == "__main__":
    unittest.main()
