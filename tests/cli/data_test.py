"""Data folders and IDX files that are wrong: each its own sentence and exit 1."""

import gzip
import shutil
import unittest

from support import PROGRAM, ProgramTest, idx, write_set


class DataFolders(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.images = self.data / "t10k-images-idx3-ubyte"
        self.labels = self.data / "t10k-labels-idx1-ubyte"
        self.path = self.model()

    def sentence(self, *words, folder=None):
        message = self.refused(1, "eval", "--model", self.path, "--data", folder or self.data)
        for word in words:
            self.assertIn(word, message)
        return message

    def test_the_right_files_are_read_plain_and_packed(self):
        plain = self.done("eval", "--model", self.path, "--data", self.data, "--json")
        for file in (self.images, self.labels):
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
        packed = self.done("eval", "--model", self.path, "--data", self.data, "--json")
        self.assertEqual(plain, packed)

    def test_no_folder(self):
        self.sentence("no such data folder", "fetch-data.sh", folder=self.folder / "none")
        empty = self.folder / "empty"
        empty.mkdir()
        self.sentence("has no train-images-idx3-ubyte", "fetch-data.sh", folder=empty)
        self.sentence(f"holds data sets; name one: {self.data}", folder=self.folder)

    def test_a_file_is_not_said_to_be_missing(self):
        table = self.folder / "train.csv"
        table.write_text("5,0,0,0\n")
        self.assertNotIn("no such", self.sentence(f"{table}: is no data set", folder=table))

    def test_the_file_of_images_stands_for_its_set(self):
        arguments = ("eval", "--model", self.path, "--json", "--data")
        self.assertEqual(self.done(*arguments, self.images), self.done(*arguments, self.data))

    def test_wrong_images(self):
        right = self.images.read_bytes()
        for content, words in (
            (b"", ["is empty"]),
            (b"\x89PNG" + right, ["not an IDX file"]),
            (b"\0\0\x0d\3" + right[4:], ["another type"]),
            (right[:9], ["header"]),
            (right[:-1], ["too short"]),
            (right + b"x", ["1 bytes after"]),
            (idx([25, 56, 56], right[16:]), ["100 labels for the 25 images"]),
            (gzip.compress(right)[:-100], ["cut off"]),
        ):
            self.images.write_bytes(content)
            self.sentence(str(self.images), *words)

    def test_wrong_labels(self):
        self.labels.write_bytes(idx([99], bytes(99)))
        self.sentence("99 labels for the 100 images")
        self.labels.write_bytes(idx([100], bytes([10] * 100)))
        self.sentence("label number 0 (of 100, counted from 0) is 10; labels are 0 to 9")

    def test_when_nothing_is_named_every_searched_place_is(self):
        # A copy of the program, away from a source tree that may hold the data.
        copy = self.folder / "prefix" / "bin" / "mlpctl"
        copy.parent.mkdir(parents=True)
        shutil.copy(PROGRAM, copy)
        arguments = ("eval", "--model", self.path)
        message = self.refused(1, *arguments, cwd=self.folder / "data", executable=str(copy))
        self.assertIn("data/mnist", message)
        self.assertIn("share/mlpctl/data/mnist", message)


if __name__ == "__main__":
    unittest.main()
