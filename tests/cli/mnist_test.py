"""The program on real MNIST, with a model that it trained for three epochs."""

import json
import os
import pathlib
import unittest

from support import ProgramTest, run
from write_pictures import png

MODEL = os.environ["TEST_MODEL"]
DATA = pathlib.Path(os.environ["TEST_DATA"])
IMAGES = DATA / "t10k-images-idx3-ubyte"


class Mnist(ProgramTest):
    def evaluate(self, *arguments):
        return json.loads(
            self.done("eval", "--model", MODEL, "--data", DATA, "--json", *arguments)
        )

    def test_three_epochs_reach_96_5_percent(self):
        self.assertGreaterEqual(self.evaluate()["accuracy"], 0.965)
        met = run("eval", "--model", MODEL, "--data", DATA, "--min-accuracy", "0.965")
        self.assertEqual(met.returncode, 0)

    def test_both_engines_answer_alike(self):
        native, torch = self.evaluate("--engine", "native"), self.evaluate("--engine", "libtorch")
        self.assertEqual(native["confusion"], torch["confusion"])
        self.assertAlmostEqual(native["loss"], torch["loss"], 5)

    def test_the_first_pictures_of_the_test_set_are_told_right_on_paper_too(self):
        labels = (DATA / "t10k-labels-idx1-ubyte").read_bytes()[8:28]
        pixels = IMAGES.read_bytes()[16 : 16 + 20 * 784]
        names = []
        for number in range(20):
            ink = pixels[number * 784 : (number + 1) * 784]
            path = self.folder / f"{number:02}.png"
            path.write_bytes(png(bytes(255 - value for value in ink), 28, 28))
            names.append(path)
        text = self.done("predict", "--model", MODEL, "--json", *names)
        digits = [json.loads(line)["digit"] for line in text.splitlines()]
        right = sum(digit == label for digit, label in zip(digits, labels))
        self.assertGreaterEqual(right, 19)


if __name__ == "__main__":
    unittest.main()
