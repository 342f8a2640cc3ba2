"""Data of the user's own: every form of a data set, photographs, and what is left out of them."""

import json
import os
import random
import struct
import sys
import unittest
import zipfile

from support import ROOT, ProgramTest, idx, pictures, run, write_set

sys.path.insert(0, str(ROOT / "scripts"))
from write_pictures import png  # noqa: E402

TRAINS = os.environ["TEST_TRAINS"] == "ON"
COUNT = 100


def npy(shape, values):
    header = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + values


def transposed(images):
    return b"".join(
        bytes(images[at + x * 28 + y] for y in range(28) for x in range(28))
        for at in range(0, len(images), 784)
    )


def photograph(digit, seed):
    """A 0 or a 1 in dark ink on light paper, 90 pixels high, as PNG."""
    place = random.Random(seed)
    left, top, tall = place.randrange(10, 40), place.randrange(5, 20), place.randrange(50, 60)
    rows = bytearray(b"\xe8" * 90 * 90)
    for y in range(top, top + tall):
        for x in range(90):
            across, down = (x - left - 20) / 20, (y - top - tall / 2) / (tall / 2)
            ring = 0.6 < across**2 + down**2 < 1
            if ring if digit == 0 else abs(x - left - 20) < 5:
                rows[y * 90 + x] = 20
    return png(bytes(rows), 90, 90)


def write_hand(folder, each, seed=0):
    for digit in (0, 1):
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
        for n in range(each):
            picture = photograph(digit, seed + n)
            (folder / str(digit) / f"{n}.png").write_bytes(picture)
    return folder


class Forms(ProgramTest):
    """The same pictures in every form give the same report."""

    def setUp(self):
        super().setUp()
        self.images, self.labels = pictures(COUNT, seed=COUNT)
        self.path = self.model()
        self.expected = self.report(write_set(self.folder / "set"))

    def evaluated(self, path, *arguments):
        return run("eval", "--model", self.path, "--json", "--data", path, *arguments)

    def report(self, path):
        result = self.evaluated(path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.said = result.stderr
        return {key: value for key, value in json.loads(result.stdout).items() if key != "wrong"}

    def check_same(self, path):
        self.assertEqual(self.report(path), self.expected)

    def test_npz(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            path = self.folder / "mnist.npz"
            with zipfile.ZipFile(path, "w", method) as archive:
                archive.writestr("x_test.npy", npy((COUNT, 28, 28), self.images))
                archive.writestr("y_test.npy", npy((COUNT,), self.labels))
            self.check_same(path)

    def rows(self, labels=True):
        for n in range(COUNT):
            pixels = self.images[784 * n : 784 * (n + 1)]
            yield ",".join(map(str, [*([self.labels[n]] if labels else []), *pixels]))

    def test_csv(self):
        path = self.folder / "t.csv"
        header = ",".join(["label", *(f"pixel{n}" for n in range(784))])
        for first in ([], [header]):
            path.write_text("\n".join([*first, *self.rows(), ""]))
            self.check_same(path)

    def test_a_table_without_labels_goes_to_predict(self):
        path = self.folder / "test.csv"
        path.write_text("\n".join(self.rows(labels=False)))
        self.assertIn("predict answers such tables", self.evaluated(path).stderr)
        images = self.folder / "set" / "t10k-images-idx3-ubyte"
        answers = []
        for each in (path, images):
            lines = self.done("predict", "--model", self.path, "--json", each).splitlines()
            answers.append([json.loads(line)["confidence"] for line in lines])
        self.assertEqual(len(answers[0]), COUNT)
        self.assertEqual(*answers)
        one = self.done("predict", "--model", self.path, "--json", "--range", "3:4", path)
        self.assertEqual(json.loads(one)["index"], 3)

    def test_emnist_is_turned_upright_and_says_so(self):
        folder = self.folder / "emnist"
        folder.mkdir()
        images = folder / "emnist-digits-test-images-idx3-ubyte"
        images.write_bytes(idx([COUNT, 28, 28], transposed(self.images)))
        (folder / "emnist-digits-test-labels-idx1-ubyte").write_bytes(idx([COUNT], self.labels))
        self.check_same(folder)
        self.assertEqual(self.said.count("turned upright"), 1)
        upright = self.folder / "set" / "t10k-images-idx3-ubyte"
        answers = [run("predict", "--model", self.path, "--logits", "--json", each) for each in (images, upright)]
        self.assertEqual(answers[0].stdout.replace(str(images), str(upright)), answers[1].stdout)
        self.assertEqual(answers[0].stderr.count("turned upright"), 1)

    def test_what_lies_beside_the_set_that_is_read_is_said(self):
        folder = self.folder / "set"
        self.report(folder)
        self.assertNotIn("beside it", self.said)
        images, labels = pictures(COUNT, seed=3)
        (folder / "qmnist-test-images-idx3-ubyte").write_bytes(idx([COUNT, 28, 28], images))
        (folder / "qmnist-test-labels-idx1-ubyte").write_bytes(idx([COUNT], labels))
        with zipfile.ZipFile(folder / "mnist.npz", "w") as archive:
            archive.writestr("x_test.npy", npy((COUNT, 28, 28), images))
            archive.writestr("y_test.npy", npy((COUNT,), labels))
        self.check_same(folder)
        self.assertIn("beside it lie qmnist, of which", self.said)
        self.assertIn("is read as IDX files; it also holds an .npz archive, of which", self.said)

    def test_parquet_is_told_how_to_convert_it(self):
        path = self.folder / "test.parquet"
        path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
        message = self.refused(1, "eval", "--model", self.path, "--data", path)
        self.assertIn(f'`import io, numpy, pandas, PIL.Image; t = pandas.read_parquet("{path}")`', message)
        self.assertIn('`numpy.savez("data.npz", ', message)

    def test_wrong_answers_are_listed_the_surest_first(self):
        all_wrong = json.loads(self.evaluated(self.folder / "set", "--wrong", 1000).stdout)
        wrong = all_wrong["wrong"]
        self.assertEqual(len(wrong), COUNT - round(COUNT * all_wrong["accuracy"]))
        sure = [each["confidence"] for each in wrong]
        self.assertEqual(sure, sorted(sure, reverse=True))
        for each in wrong:
            self.assertEqual(each["label"], self.labels[each["index"]])
            self.assertNotEqual(each["label"], each["answer"])
        text = self.done("eval", "--model", self.path, "--data", self.folder / "set", "--wrong", 2)
        self.assertIn(f"\nwrong: {len(wrong)}, the surest first\n", text)
        self.assertIn(f"\npicture {wrong[0]['index']}: {wrong[0]['label']}, answered", text)
        self.assertTrue(text.endswith(f"\nand {len(wrong) - 2} more\n"))


class Photographs(ProgramTest):
    def setUp(self):
        super().setUp()
        self.hand = write_hand(self.folder / "hand", 3)
        self.path = self.model()

    def evaluated(self, path, *arguments):
        return run("eval", "--model", self.path, "--data", path, "--json", *arguments)

    def test_they_are_answered_as_by_predict(self):
        report = json.loads(self.evaluated(self.hand, "--wrong", 100).stdout)
        self.assertEqual(report["count"], 6)
        wrong = {each["file"]: each["answer"] for each in report["wrong"]}
        for line in self.done("predict", "--model", self.path, "--json", self.hand).splitlines():
            answer = json.loads(line)
            label = int(answer["file"].split("/")[-2])
            self.assertEqual(wrong.get(answer["file"], label), answer["digit"])

    def test_what_cannot_be_prepared_is_listed_and_counted(self):
        (self.hand / "1" / "notes.txt").write_text("hello")
        (self.hand / "0" / "blank.png").write_bytes(png(b"\xff" * 8100, 90, 90))
        (self.hand / "0" / ".DS_Store").write_text("hidden")
        result = self.evaluated(self.hand)
        report = json.loads(result.stdout)
        self.assertEqual(report["count"], 6)
        self.assertEqual(len(report["left_out"]), 2)
        for name in ("1/notes.txt", "0/blank.png: no single digit is found"):
            self.assertIn(name, result.stderr)
        self.assertIn("2 of 8 pictures could not be prepared and are left out", result.stderr)
        self.assertNotIn("DS_Store", result.stderr)
        text = self.done("eval", "--model", self.path, "--data", self.hand)
        self.assertTrue(text.endswith("left out: 2, which count in none of this\n"))

    def test_pictures_beside_the_classes_are_listed(self):
        (self.hand / "stray.png").write_bytes(photograph(0, 1))
        (self.hand / "labels.txt").write_text("no picture")
        result = self.evaluated(self.hand)
        self.assertEqual(result.returncode, 0, result.stderr)
        report = json.loads(result.stdout)
        stray = f"{self.hand}/stray.png: lies in no folder of a class"
        self.assertEqual((report["count"], report["left_out"]), (6, [stray]))
        self.assertIn(f"left out: {stray}\n", result.stderr)
        # No answer is missing that somebody could count for wrong.
        right = report["accuracy"]
        self.assertEqual(self.evaluated(self.hand, "--min-accuracy", right).returncode, 0)

    def test_so_are_those_beside_the_parts_and_folders_that_are_no_part(self):
        whole = self.folder / "whole"
        for part in ("train", "test", "unsorted"):
            write_hand(whole / part, 2)
        for stray in ("1.png", "test/2.png"):
            (whole / stray).write_bytes(photograph(0, 1))
        result = self.evaluated(whole)
        left = json.loads(result.stdout)["left_out"]
        self.assertEqual([sentence.split(":")[0] for sentence in left], [f"{whole}/1.png", f"{whole}/test/2.png"])
        self.assertIn(f"{whole}/unsorted: is not read, as {whole}/test is what is asked for", result.stderr)
        self.assertNotIn(f"{whole}/train: is not read", result.stderr)

    def test_what_is_no_file_is_listed_too(self):
        (self.hand / "0" / "gone.png").symlink_to("nowhere")
        os.mkfifo(self.hand / "1" / "pipe.png")
        left = json.loads(self.evaluated(self.hand).stdout)["left_out"]
        self.assertEqual(len(left), 2)

    def test_reports_tell_what_was_left_out(self):
        (self.hand / "stray.png").write_bytes(photograph(0, 1))
        for form in ("html", "md"):
            report = self.folder / ("r." + form)
            self.evaluated(self.hand, "--report", report)
            self.assertIn("lies in no folder of a class", report.read_text())

    def test_a_folder_of_another_class_is_named(self):
        for digit in (2, 3, 4):
            (self.hand / str(digit)).mkdir()
        (self.hand / "thumbs").mkdir()
        said = self.evaluated(self.hand).stderr
        self.assertIn("thumbs is none of 0 to 9", said)

    def test_a_url_in_a_list_is_not_looked_for_here(self):
        (self.hand / "l.csv").write_text("file,label\nhttps://a.example/7.png,7\n0/0.png,0\n")
        left = json.loads(self.evaluated(self.hand / "l.csv").stdout)["left_out"]
        self.assertEqual(left, ["https://a.example/7.png: is not fetched; download it first"])

    def test_who_gets_data_is_told_where_nothing_is(self):
        (self.folder / "empty").mkdir()
        (self.folder / "other").mkdir()
        (self.folder / "other" / "letter.txt").write_text("hello")
        how = "scripts/fetch-data.sh fetches MNIST"
        for path, told in (("empty", True), ("missing", True), ("other", False)):
            said = self.refused(1, "eval", "--model", self.path, "--data", self.folder / path)
            self.assertEqual(how in said, told, said)
        said = self.refused(2, "eval", "--model", self.path, "--data", "")
        self.assertIn("--data: is an empty name", said)

    def test_a_threshold_takes_what_is_left_out_for_wrong(self):
        for n in range(60):
            (self.hand / "0" / f"{n}.txt").write_text("hello")
        right = json.loads(self.evaluated(self.hand).stdout)["accuracy"]
        self.assertEqual(self.evaluated(self.hand, "--min-accuracy", right / 20).returncode, 0)
        self.assertEqual(self.evaluated(self.hand, "--min-accuracy", 0.1).returncode, 3)

    def test_predicts_own_lines_with_labels_are_a_set(self):
        lines = self.done("predict", "--model", self.path, "--json", self.hand).splitlines()
        answers = [json.loads(line) for line in lines]
        for answer in answers[1:]:
            answer["label"] = int(answer["file"].split("/")[-2])
        path = self.folder / "labelled.jsonl"
        path.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
        result = self.evaluated(path)
        self.assertEqual(json.loads(result.stdout)["count"], 5)
        self.assertEqual(json.loads(result.stdout)["left_out"], [f"{answers[0]['file']}: has no label in {path}"])
        self.assertIn("pictures without a label, left out: 1\n", result.stderr)

    def test_pictures_without_labels_are_told_how_to_have_some(self):
        message = self.refused(1, "eval", "--model", self.path, "--data", self.hand / "0")
        self.assertIn("write a labels.csv with the columns file,label", message)


@unittest.skipUnless(TRAINS, "built without LibTorch")
class FineTuning(ProgramTest):
    def setUp(self):
        super().setUp()
        self.hand = write_hand(self.folder / "hand", 12)
        self.other = write_hand(self.folder / "other", 5, seed=100)
        self.out = self.folder / "out.pt"

    def train(self, *arguments, code=0):
        result = run("train", "--data", self.hand, "--out", self.out, "--threads", 1, *arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stderr

    def accuracy(self, path, model=None):
        return json.loads(self.done("eval", "--model", model or self.out, "--data", path, "--json"))["accuracy"]

    def test_a_net_learns_photographs_and_the_validation_part_is_a_share(self):
        said = self.train("--recipe", "plain", "--epochs", 8, "--val-split", 0.25, "--batch-size", 8)
        self.assertIn("18 pictures to train on, 6 to validate", said)
        self.assertEqual(self.accuracy(self.other), 1)

    def test_mixing_keeps_what_was_learnt(self):
        old = write_set(self.folder / "old", train=2000)
        base = self.folder / "base.pt"
        self.done("train", "--data", old, "--recipe", "plain", "--epochs", 3, "--out", base)
        self.assertGreater(self.accuracy(old, base), 0.9)
        recipe = ("--from", base, "--recipe", "finetune", "--epochs", 5, "--no-augment", "--lr", 0.001)
        said = self.train(*recipe, "--mix", old, "--test-data", self.other)
        # 24 pictures of one's own are a quarter when there are 28 of each.
        self.assertIn("2672 pictures to train on, 10 to test", said)
        self.assertGreater(self.accuracy(old), 0.9)
        self.assertEqual(self.accuracy(self.other), 1)
        said = self.train(*recipe[:4], "--epochs", 1, "--mix", old)
        self.assertIn("2672 pictures to train on, 100 to test", said)

    def test_fine_tuning_needs_a_model(self):
        result = run("train", "--data", self.hand, "--out", self.out, "--recipe", "finetune")
        self.assertEqual(result.returncode, 2)
        self.assertIn("give --from FILE", result.stderr)
        result = run("train", "--data", self.hand, "--out", self.out, "--val-split", "1.5")
        self.assertEqual(result.returncode, 2)
        self.assertIn("'1.5' is not a number of pictures, such as 5000, or a share", result.stderr)


if __name__ == "__main__":
    unittest.main()
