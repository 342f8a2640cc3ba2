"""Every form of a data set, and what is said of those that are none or several."""

import json
import struct
import unittest
import zipfile

from photographs import write_hand
from support import ProgramTest, idx, pictures, run, write_set

COUNT = 100


def npy(shape, values):
    header = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + values


def transposed(images):
    return b"".join(
        bytes(images[at + x * 28 + y] for y in range(28) for x in range(28))
        for at in range(0, len(images), 784)
    )


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
        write_hand(folder, 1)
        self.check_same(folder)
        self.assertIn("an .npz archive, a folder of pictures for each class, of which", self.said)

    def test_several_archives_are_told_to_be_several(self):
        (self.folder / "two").mkdir()
        for name in ("a", "b"):
            with zipfile.ZipFile(self.folder / "two" / f"{name}.npz", "w") as archive:
                archive.writestr("x_test.npy", npy((COUNT, 28, 28), self.images))
        said = self.refused(1, "eval", "--model", self.path, "--data", self.folder / "two")
        self.assertIn("two: holds several .npz files; name one of them", said)

    def test_letters_are_no_digits_for_predict_either(self):
        path = self.folder / "emnist-letters-test-images-idx3-ubyte"
        path.write_bytes(idx([COUNT, 28, 28], self.images))
        result = run("predict", "--model", self.path, path)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("emnist-letters has 26 classes", result.stderr)

    def test_parquet_is_told_how_to_convert_it(self):
        path = self.folder / "test.parquet"
        path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
        message = self.refused(1, "eval", "--model", self.path, "--data", path)
        self.assertIn(f'`import io, numpy, pandas, PIL.Image; t = pandas.read_parquet("{path}")`', message)
        self.assertIn('`numpy.savez("data.npz", ', message)

    def test_so_is_a_folder_of_parts_also_below_one(self):
        for name in ("train", "test"):
            path = self.folder / "hf" / "mnist" / f"{name}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
        for folder in ("hf", "hf/mnist"):
            message = self.refused(1, "eval", "--model", self.path, "--data", self.folder / folder)
            self.assertIn(f'glob.glob("{self.folder}/hf/mnist/{{}}*.parquet".format(p))', message)
            self.assertIn('{"x_" + p: ', message)

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


if __name__ == "__main__":
    unittest.main()
