"""What `mlpctl predict` cannot answer, or not surely, and what it says then."""

import gzip
import json
import os
import resource
import struct
import unittest
import zlib

from predict_pictures import PredictTest
from support import pictures, run, write_set
from write_pictures import chunk, png


def huge_png(side):
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def limit_memory():
    """Less than a picture of 20000x20000 takes. AddressSanitizer needs more for itself."""
    if os.environ["TEST_SANITIZED"] != "ON":
        resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))


class NoAnswer(PredictTest):
    def broken_model(self):
        path = self.folder / "broken.safetensors"
        self.done("save", "--from", self.path, "--out", path)
        content = path.read_bytes()
        path.write_bytes(content[:-4000] + struct.pack("<f", float("nan")) * 1000)
        return path

    def test_outputs_that_are_no_numbers_are_no_answer(self):
        arguments = ["predict", "--model", self.broken_model(), "--allow-nonfinite"]
        result = run(*arguments, self.names[0], "--show", "--logits")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"{self.names[0]}: no answer: ", result.stderr)
        result = run(*arguments, *self.names, "--json", "--top", 3, "--logits")
        self.assertEqual(result.returncode, 1)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([a["file"] for a in answers], self.names)
        for answer in answers:
            self.assertEqual(set(answer), {"file", "digit", "error"})
            self.assertIsNone(answer["digit"])
        rows = [b"\xff" * 60 if y < 10 or y > 50 else b"\xff" * 28 + bytes(5) + b"\xff" * 27 for y in range(60)]
        page = self.folder / "page.png"
        page.write_bytes(png(b"".join(rows), 60, 60))
        sheet = run(*arguments, "--split", "--json", page)
        self.assertEqual(sheet.returncode, 1)
        self.assertIn("no answer", json.loads(sheet.stdout)["error"])

    def test_the_same_of_an_idx_file(self):
        data = write_set(self.folder / "data", test=5)
        images = data / "t10k-images-idx3-ubyte"
        model = self.broken_model()
        result = run("predict", "--model", model, "--allow-nonfinite", images, "--range", "2:3")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"{images}[2]: no answer", result.stderr)


class WrongInputs(PredictTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data", test=5)
        self.idx = self.data / "t10k-images-idx3-ubyte"

    def sentence(self, path):
        result = self.predict(path)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        return result.stderr

    def test_a_folder_of_a_data_set_says_what_to_give(self):
        said = f"holds no pictures, but a data set; give its file of images: {self.idx}\n"
        self.assertIn(said, self.sentence(self.data))
        above = self.folder / "above"
        above.mkdir()
        self.assertNotIn("give", self.sentence(above))
        (above / "notes.txt").write_text("no set")
        self.assertNotIn("give", self.sentence(above))
        self.data.rename(above / "set")
        self.assertIn(f"give its file of images: {above}/set/t10k-images-idx3-ubyte\n", self.sentence(above))
        for file in (above / "set").iterdir():
            content = file.read_bytes()
            file.unlink()
            (above / "set" / f"emnist-digits-{file.name}.gz").write_bytes(gzip.compress(content))
        self.assertIn("/emnist-digits-t10k-images-idx3-ubyte.gz\n", self.sentence(above / "set"))

    def test_labels_are_not_images(self):
        self.assertIn("holds labels", self.sentence(self.data / "t10k-labels-idx1-ubyte"))

    def test_a_range_that_means_less_than_it_says(self):
        past = self.predict(self.idx, "--range", "3:20")
        self.assertEqual((past.returncode, past.stdout.count("\n")), (0, 2))
        self.assertIn("--range ends after its last image; it holds 5", past.stderr)
        none = self.predict(self.names[0], "--range", "0:1")
        self.assertIn("--range counts the images of data sets", none.stderr)
        self.assertEqual(self.predict(self.idx, "--range", "3:").stderr, "")


class OddPictures(PredictTest):
    def odd(self, content):
        path = self.folder / "odd.png"
        path.write_bytes(content)
        result = self.predict(
            "--json",
            self.names[0],
            path,
            self.names[1],
            preexec_fn=limit_memory,
        )
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([a["file"] for a in answers], [self.names[0], str(path), self.names[1]])
        self.assertIn("digit", answers[0])
        self.assertIn("digit", answers[2])
        return result.returncode, answers[1]

    def test_an_unreadable_picture_is_reported_and_the_others_answered(self):
        whole = png(self.images[:784], 28, 28)
        sentences = set()
        for content in (b"", whole[:60], huge_png(20000), b"Dear diary\n" * 9):
            code, answer = self.odd(content)
            self.assertEqual(code, 1)
            self.assertNotIn("digit", answer)
            sentences.add(answer["error"])
        self.assertEqual(len(sentences), 4, sentences)

    def test_names_are_shown_as_escapes_and_the_json_stays_valid(self):
        name = os.fsencode(self.folder) + b"/l\xe9\x1b[2J\xe2\x80\xae.png"
        with open(name, "wb") as file:
            file.write(png(self.images[:784], 28, 28))
        for path, code in ((name, 0), (name + b".none", 1)):
            result = self.predict(os.fsdecode(path))
            self.assertEqual(result.returncode, code)
            shown = result.stdout + result.stderr
            self.assertIn("/l\\xe9\\x1b[2J\\u{202e}.png", shown)
            for control in "\x1b\u202e":
                self.assertNotIn(control, shown)
            text = self.predict("--json", os.fsdecode(path)).stdout
            self.assertNotRegex(text, "[\x1b\u202e]")
            answer = json.loads(text)
            self.assertIn("/l\ufffd\x1b[2J\u202e.png", answer["file"])

    def test_one_missing_picture(self):
        result = self.predict(self.names[0], self.folder / "none.png")
        self.assertEqual(result.returncode, 1)
        self.assertIn("none.png", result.stderr)
        self.assertEqual(len(result.stdout.splitlines()), 1)

    def test_a_single_pixel_is_a_picture_without_a_digit(self):
        code, answer = self.odd(png(b"\x80", 1, 1))
        self.assertEqual(code, 0)
        self.assertIsNone(answer["digit"])
        self.assertEqual(answer["note"], "no digit found")

    def test_of_a_page_with_several_digits_that_is_said(self):
        rows = bytearray(b"\xff" * 200 * 100)
        for left in (30, 120):
            for y in range(20, 80):
                for x in (*range(left, left + 6), *range(left + 34, left + 40)):
                    rows[y * 200 + x] = 0
            for y in (*range(20, 26), *range(74, 80)):
                rows[y * 200 + left : y * 200 + left + 40] = bytes(40)
        path = self.folder / "two.png"
        path.write_bytes(png(bytes(rows), 200, 100))
        result = self.predict("--json", path)
        self.assertEqual(result.returncode, 0)
        self.assertIn("several digits: try --split", json.loads(result.stdout)["note"])
        self.assertIn("two.png: several digits: try --split", result.stderr)
        self.assertNotIn("note", json.loads(self.predict("--json", "--split", path).stdout))

    def test_a_blank_page_has_the_same_exit_code_with_and_without_split(self):
        path = self.folder / "blank.png"
        path.write_bytes(png(b"\xff" * 200 * 100, 200, 100))
        for options, code in (((), 0), (("--min-confidence", "0.5"), 3)):
            for split in ((), ("--split",)):
                result = self.predict(*options, *split, path)
                self.assertEqual(result.returncode, code, (options, split))

    def test_a_data_set_is_not_annotated_nor_answered(self):
        idx = write_set(self.folder / "data") / "t10k-images-idx3-ubyte"
        out = self.folder / "annotated.png"
        result = self.predict("--annotate", out, idx)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stdout, "")
        self.assertIn("--annotate draws on one picture, and this is a data set", result.stderr)
        self.assertFalse(out.exists())

    def test_as_it_is_means_28_by_28(self):
        path = self.folder / "small.png"
        path.write_bytes(png(bytes(100), 10, 10))
        result = self.predict("--preprocess", "none", path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("28x28", result.stderr)

    def test_ranges_that_make_no_sense(self):
        idx = write_set(self.folder / "data") / "t10k-images-idx3-ubyte"
        for given in ("5", "x:y", "5:2", "-3:2"):
            with self.subTest(range=given):
                message = self.refused(2, "predict", "--model", self.path, "--range", given, idx)
                self.assertIn("--range", message)


if __name__ == "__main__":
    unittest.main()
