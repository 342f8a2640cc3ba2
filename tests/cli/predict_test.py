"""What `mlpctl predict` answers, and what it says of pictures that are none."""

import json
import os
import struct
import subprocess
import unittest

from predict_pictures import PredictTest
from support import PROGRAM, environment, pictures, write_set
from write_pictures import chunk, png


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
        for nothing in ("", "\n\n", "\r\n", "\0\0"):
            self.assertIn("named no pictures", self.predict("-", input=nothing).stderr)

    def test_a_list_with_the_line_ends_of_windows(self):
        text = "\ufeff" + "".join(name + "\r\n" for name in self.names)
        answers = self.lines("-", input=text.encode(), text=False)
        self.assertEqual([a["file"] for a in answers], self.names)

    def test_a_name_that_ends_with_a_carriage_return_is_found(self):
        odd = self.folder / "odd.png\r"
        os.link(self.names[0], odd)
        answers = self.lines("-", input=f"{odd}\n".encode(), text=False)
        self.assertEqual([a["file"] for a in answers], [str(odd)])

    def test_a_list_of_names_that_are_ended_by_nul(self):
        odd = self.folder / "two\nlines.png"
        os.link(self.names[0], odd)
        names = [*self.names, str(odd)]
        text = "".join(name + "\0" for name in names)
        answers = self.lines("-", input=text.encode(), text=False)
        self.assertEqual([a["file"] for a in answers], names)

    def test_a_list_in_utf_16_is_refused(self):
        result = self.predict("-", input="\n".join(self.names).encode("utf-16"), text=False)
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertIn(b"UTF-16", result.stderr)


def tiff(images):
    """Pages of 28x28 grey pixels, each with its directory behind it."""
    content, link = bytearray(b"II*\0\0\0\0\0"), 4
    for image in images:
        strip = len(content)
        content += image
        content[link : link + 4] = struct.pack("<I", len(content))
        tags = [(256, 3, 28), (257, 3, 28), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
        tags += [(273, 4, strip), (277, 3, 1), (278, 4, 28), (279, 4, 784)]
        content += struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            content += struct.pack("<HHII", tag, kind, 1, value)
        link = len(content)
        content += bytes(4)
    return bytes(content)


class SeveralPictures(PredictTest):
    def check(self, name, content, note):
        path = self.folder / name
        path.write_bytes(content)
        result = self.predict("--preprocess", "none", "--json", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(answer.get("note"), note)
        self.assertIn("digit", answer)
        if note is None:
            self.assertEqual(result.stderr, "")
        else:
            self.assertEqual(result.stderr, f"{path}: {note}\n")
        self.assertIn(name, self.predict("--preprocess", "none", path).stdout)
        sheet = self.predict("--split", "--json", path)
        self.assertEqual(json.loads(sheet.stdout).get("note"), note)

    def test_the_first_is_said_to_be_the_first(self):
        first, second = self.images[:784], self.images[784:1568]
        self.check("one.tif", tiff([first]), None)
        self.check("three.tif", tiff([first, second, first]), "the first of 3 pages was read")
        pgm = b"P5 28 28 255\n"
        self.check("one.pgm", pgm + first, None)
        self.check("two.pgm", pgm + first + pgm + second, "the first of 2 pictures was read")
        plain = png(first, 28, 28)
        count = chunk(b"acTL", struct.pack(">II", 4, 0))
        control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 28, 28, 0, 0, 1, 1, 0, 0))
        self.check("four.png", plain[:33] + count + control + plain[33:], "the first of 4 frames was read")
        # The picture that is shown where frames are not known may be none of them.
        self.check("five.png", plain[:33] + count + plain[33:], "the first of 5 frames was read")


if __name__ == "__main__":
    unittest.main()
