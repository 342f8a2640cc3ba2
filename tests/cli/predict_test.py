"""What `mlpctl predict` answers, and what it says of pictures that are none."""

import json
import os
import resource
import struct
import subprocess
import unittest
import zlib

from support import PROGRAM, ProgramTest, environment, pictures, run, write_set
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


class PredictTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        self.images, _ = pictures(5, seed=5)
        self.names = []
        for number in range(5):
            name = self.folder / f"{number}.png"
            name.write_bytes(png(self.images[number * 784 : (number + 1) * 784], 28, 28))
            self.names.append(str(name))

    def predict(self, *arguments, **options):
        return run("predict", "--model", self.path, *arguments, **options)

    def lines(self, *arguments, **options):
        result = self.predict("--json", *arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [json.loads(line) for line in result.stdout.splitlines()]


class Answers(PredictTest):
    def test_one_line_a_picture_in_the_order_given(self):
        result = self.predict(*self.names)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 5)
        for line, name in zip(lines, self.names):
            self.assertIn(name, line)

    def test_json_has_the_documented_members(self):
        answers = self.lines("--top", 3, "--logits", *self.names)
        self.assertEqual([a["file"] for a in answers], self.names)
        for answer in answers:
            self.assertEqual(len(answer["logits"]), 10)
            self.assertEqual(len(answer["top"]), 3)
            self.assertEqual(answer["top"][0]["digit"], answer["digit"])
            self.assertAlmostEqual(answer["top"][0]["probability"], answer["confidence"], 5)
            self.assertEqual(answer["logits"].index(max(answer["logits"])), answer["digit"])
        self.assertNotIn("logits", self.lines(self.names[0])[0])

    def test_pictures_as_they_are_and_an_idx_file_give_the_same_logits(self):
        data = write_set(self.folder / "data", test=5)
        plain = self.lines("--preprocess", "none", "--logits", *self.names)
        idx = self.lines("--preprocess", "none", "--logits", "--range", "1:4", data / "t10k-images-idx3-ubyte")
        self.assertEqual(len(idx), 3)
        for ours, theirs in zip(plain[1:4], idx):
            self.assertEqual(ours["logits"], theirs["logits"])

    def test_a_folder_stands_for_its_pictures(self):
        inner = self.folder / "inner"
        inner.mkdir()
        for number in (2, 0, 1):
            os.link(self.names[number], inner / f"{number}.png")
        files = [answer["file"] for answer in self.lines(inner)]
        self.assertEqual(files, [str(inner / f"{n}.png") for n in range(3)])

    def test_batches_change_nothing(self):
        one = self.predict("--json", "--logits", "--batch-size", 1, *self.names).stdout
        self.assertEqual(one, self.predict("--json", "--logits", *self.names).stdout)


class StandardInput(PredictTest):
    def test_a_list_of_paths_without_a_last_newline(self):
        answers = self.lines("-", input="\n".join(self.names))
        self.assertEqual([a["file"] for a in answers], self.names)

    def test_each_line_is_answered_before_the_next_is_read(self):
        with subprocess.Popen(
            [PROGRAM, "predict", "--model", self.path, "-"],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        ) as process:
            for name in self.names:
                process.stdin.write(name + "\n")
                process.stdin.flush()
                self.assertIn(name, process.stdout.readline())
            process.stdin.close()
            self.assertEqual(process.wait(timeout=60), 0)

    def test_the_end_does_not_wait_for_standard_input(self):
        with open("/dev/full", "w") as full:
            process = subprocess.Popen(
                [PROGRAM, "predict", "--model", self.path, "-"],
                stdin=subprocess.PIPE,
                stdout=full,
                stderr=subprocess.PIPE,
                env=environment(),
                text=True,
            )
        self.addCleanup(process.kill)
        process.stdin.write(self.names[0] + "\n")
        process.stdin.flush()
        # The pipe stays open, and the answer cannot be written.
        self.assertEqual(process.wait(timeout=200), 1)
        process.stdin.close()
        process.stderr.close()

    def test_no_lines_give_no_answers(self):
        self.assertEqual(self.lines("-", input=""), [])


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
