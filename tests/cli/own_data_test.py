"""Data of the user's own: photographs, and what is left out of them."""

import json
import os
import unittest

from photographs import photograph, write_hand
from support import ProgramTest, pictures, run, write_set
from write_pictures import png

TRAINS = os.environ["TEST_TRAINS"] == "ON"


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
        (whole / "test" / "notes.txt").write_text("no picture")
        for stray in ("1.png", "test/2"):
            (whole / stray).write_bytes(photograph(0, 1))
        result = self.evaluated(whole)
        left = json.loads(result.stdout)["left_out"]
        self.assertEqual([sentence.split(":")[0] for sentence in left], [f"{whole}/1.png", f"{whole}/test/2"])
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
        self.assertIn("thumbs is none of the classes 0 to 9", said)

    def test_a_slip_among_ten_labels_is_no_class(self):
        for digit in (2, 3, 4, 5, 6, 7, 9):
            write = self.hand / str(digit)
            write.mkdir()
            (write / "1.png").write_bytes(photograph(0, digit))
        (self.hand / "12").mkdir()
        said = self.refused(1, "eval", "--model", self.path, "--data", self.hand)
        self.assertIn("12 is none of the classes 0 to 9", said)

    def test_labels_of_pandas_are_numbers(self):
        lines = [{"file": f"{digit}/0.png", "label": float(digit)} for digit in (0, 1)]
        path = self.hand / "l.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.assertEqual(json.loads(self.evaluated(path).stdout)["count"], 2)
        path.write_text(json.dumps({"file": "0/0.png", "label": 0.5}) + "\n")
        self.assertIn("that is no number and no name", self.evaluated(path).stderr)

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_a_run_tells_what_it_left_out_and_takes_few_pictures(self):
        (self.hand / "0" / "blank.png").write_bytes(png(b"\xff" * 8100, 90, 90))
        (self.hand / "stray").write_bytes(photograph(0, 1))
        report, log = self.folder / "r.md", self.folder / "l.jsonl"
        arguments = ["--from", self.path, "--data", self.hand, "--recipe", "finetune", "--epochs", 1]
        result = run("train", *arguments, "--out", self.folder / "o.pt", "--json", "--log", log, "--report", report)
        self.assertEqual(result.returncode, 0, result.stderr)
        for text in (result.stdout, log.read_text(), report.read_text()):
            self.assertIn("stray: lies in no folder of a class", text)
            self.assertIn("blank.png: no single digit is found", text)
        result = run("train", *arguments, "--out", self.folder / "p.pt", "--batch-size", 128)
        self.assertEqual(result.returncode, 2)
        self.assertIn("mlpctl: --batch-size 128 is larger than the training set of 6; choose", result.stderr)

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
