#!/usr/bin/env python3
"""Makes README's pictures anew, from what the program really does.

    make_pictures.py --program build/bin/mlpctl [--data data/mnist] [--out data/pictures]

page.jpg is a page of our own making (make_paper_digits.py) with the answers, training.svg a training in a
terminal, eval-report.png and predict-report.png are the pages of --report in Chromium. It trains the
default recipe first, a minute on two cores; --model takes a model instead. Needs numpy, Pillow and Chromium.
"""

import argparse
import html
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "pages"))
from browser import Browser  # noqa: E402

MOST_BYTES = 150_000
# The sheet of this seed that is broad and has three lines.
SHEET_SEED, SHEET = 3, "sheet_0004.jpg"
LINE, CHARACTER, MARGIN = 20, 8.43, 18


def called(*command, **options):
    return subprocess.run([*map(str, command)], check=True, text=True, stdout=subprocess.PIPE, **options).stdout


class Maker:
    def __init__(self, arguments, work):
        self.program = arguments.program.resolve()
        self.data = arguments.data.resolve()
        self.out, self.work = arguments.out.resolve(), work
        self.out.mkdir(parents=True, exist_ok=True)
        self.model = arguments.model and arguments.model.resolve()
        (work / "data").mkdir()
        os.symlink(self.data, work / "data" / "mnist")

    def program_says(self, *command):
        """Standard output and errors, as a terminal shows them."""
        return called(self.program, *command, cwd=self.work, stderr=subprocess.STDOUT)

    def train(self):
        if self.model is None:
            self.model = self.work / "default.pt"
            self.program_says("train", "--out", self.model)

    def draw(self, folder, kinds, count, seed):
        called(sys.executable, ROOT / "scripts" / "make_paper_digits.py", "--out", folder, "--kinds", kinds,
               "--count", count, "--seed", seed, "--images", self.data / "t10k-images-idx3-ubyte",
               "--labels", self.data / "t10k-labels-idx1-ubyte")

    def page(self):
        sheets = self.work / "sheets"
        self.draw(sheets, "sheet", 5, SHEET_SEED)
        answered = self.work / "page.png"
        self.program_says("predict", "--model", self.model, "--split", sheets / SHEET, "--annotate", answered)
        picture = Image.open(answered)
        picture.thumbnail((900, 900))
        picture.save(self.out / "page.jpg", quality=80)

    def training(self):
        """A session, each command with what it said."""
        lines = []
        for command, most in ((["train", "--out", "mlp.pt", "--epochs", "3"], 99), (["eval", "--model", "mlp.pt"], 3)):
            lines += [("$ mlpctl " + " ".join(command), True)]
            lines += [(line, False) for line in self.program_says(*command).splitlines()[:most]]
        width = round(2 * MARGIN + CHARACTER * max(len(text) for text, _ in lines))
        height = 2 * MARGIN + 24 + LINE * len(lines)
        rows = "\n".join(
            f'<text x="{MARGIN}" y="{MARGIN + 24 + LINE * (i + 0.7):.0f}"{" class=" + chr(34) + "c" + chr(34) if typed else ""}'
            f' xml:space="preserve">{html.escape(text)}</text>' for i, (text, typed) in enumerate(lines))
        dots = "".join(f'<circle cx="{MARGIN + 6 + 20 * i}" cy="18" r="6" fill="{colour}"/>'
                       for i, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")))
        (self.out / "training.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
            "<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#dbe2ea}"
            ".c{fill:#7fd6a0}</style>\n"
            f'<rect width="{width}" height="{height}" rx="10" fill="#14181f"/>{dots}\n{rows}\n</svg>\n')

    def reports(self):
        photos = self.work / "photos"
        self.draw(photos, "sheet", 14, 5)
        (photos / "labels.csv").unlink()
        pages = {"eval-report": ["eval", "--model", self.model],
                 "predict-report": ["predict", "--model", self.model, "--split", "photos"]}
        browser = Browser()
        try:
            for name, command in pages.items():
                page = self.work / f"{name}.html"
                subprocess.run([self.program, *map(str, command), "--report", page], cwd=self.work, check=False,
                               stdout=subprocess.DEVNULL)
                browser.scheme("light")
                browser.open(page, 1100, 1000)
                shot = self.work / f"{name}.png"
                browser.screenshot(shot)
                Image.open(shot).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
                    self.out / f"{name}.png", optimize=True)
        finally:
            browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "bin" / "mlpctl")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data" / "mnist")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "data" / "pictures")
    parser.add_argument("--model", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        maker = Maker(arguments, pathlib.Path(work))
        maker.train()
        maker.page()
        maker.training()
        maker.reports()
    for file in sorted(arguments.out.iterdir()):
        print(f"{file}  {file.stat().st_size} bytes")
        if file.stat().st_size > MOST_BYTES:
            sys.exit(f"make_pictures.py: {file} is larger than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
