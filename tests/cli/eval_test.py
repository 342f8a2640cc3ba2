"""What `mlpctl eval` answers."""

import json
import unittest

from support import ProgramTest, run, with_record, write_set


class Eval(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.arguments = ["eval", "--model", self.model(), "--data", self.data]

    def answer(self, *arguments):
        return json.loads(self.done(*self.arguments, "--json", *arguments))

    def test_the_numbers_agree_with_each_other(self):
        answer = self.answer()
        confusion = answer["confusion"]
        self.assertEqual(answer["count"], 100)
        self.assertEqual([len(row) for row in confusion], [10] * 10)
        self.assertEqual(sum(map(sum, confusion)), 100)
        right = sum(confusion[digit][digit] for digit in range(10))
        self.assertAlmostEqual(answer["accuracy"], right / 100)
        self.assertGreater(answer["loss"], 0)
        for digit, score in enumerate(answer["per_class"]):
            self.assertEqual(set(score), {"digit", "precision", "recall", "f1", "support"})
            self.assertEqual(score["digit"], digit)
            self.assertEqual(score["support"], sum(confusion[digit]))

    def test_the_split_is_chosen(self):
        self.assertEqual(self.answer("--split", "train")["count"], 400)

    def test_threads_change_nothing(self):
        self.assertEqual(self.answer("--threads", 1), self.answer("--threads", 3))

    def test_a_threshold_that_is_not_met_gives_3_and_the_results(self):
        result = run(*self.arguments, "--min-accuracy", "0.99")
        self.assertEqual(result.returncode, 3)
        self.assertIn("accuracy", result.stdout)
        self.assertIn("--min-accuracy", result.stderr)
        self.assertEqual(run(*self.arguments, "--min-accuracy", "0").returncode, 0)

    def test_an_accuracy_of_guessing_is_said_to_be_one(self):
        result = run(*self.arguments, "--json")
        self.assertEqual(result.returncode, 0)
        self.assertLess(json.loads(result.stdout)["accuracy"], 0.2)
        self.assertIn("guessing among ten classes", result.stderr)

    def test_a_model_of_digits_on_clothes_is_told_what_each_knows(self):
        names = ["T-shirt/top", "Trouser", *(f"kind {n}" for n in range(2, 10))]
        (self.data / "classes.txt").write_text("\n".join(names) + "\n")
        self.assertIn(
            "the model's classes are 0 to 9, the data's T-shirt/top, Trouser and so on\n",
            run(*self.arguments).stderr,
        )

    def test_class_names_come_from_beside_the_data(self):
        names = [f"kind {n}" for n in range(10)]
        (self.data / "classes.txt").write_text("\n".join(names) + "\n")
        self.assertEqual([score["class"] for score in self.answer()["per_class"]], names)
        self.assertIn("\nkind 7 ", self.done(*self.arguments))

    def test_class_names_cannot_drive_the_terminal_or_break_the_json(self):
        classes = ["a\x1b[2J", "\u202eb", *(f"kind {n}" for n in range(2, 10))]
        lent = with_record(self.model(), self.folder / "lent.pt", json.dumps({"classes": classes}))
        arguments = ["eval", "--model", lent, "--data", self.data]
        text = self.done(*arguments)
        self.assertIn("\na\\x1b[2J ", text)
        self.assertIn("\n\\u{202e}b ", text)
        self.assertNotIn("\x1b", text)
        scores = json.loads(self.done(*arguments, "--json"))["per_class"]
        self.assertEqual([score["class"] for score in scores], classes)

    def test_class_names_that_are_not_utf_8_are_shown(self):
        names = [b"l\xe9", *(b"kind %d" % n for n in range(1, 10))]
        (self.data / "classes.txt").write_bytes(b"\n".join(names) + b"\n")
        self.assertIn("\nl\\xe9 ", self.done(*self.arguments))
        self.assertEqual(self.answer()["per_class"][0]["class"], "l\ufffd")


if __name__ == "__main__":
    unittest.main()
