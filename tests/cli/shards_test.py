"""Tar shards as WebDataset writes them: `mlpctl eval --data shards/*.tar`."""

import gzip
import io
import json
import pathlib
import tarfile
import unittest

from support import ProgramTest, pictures, run
from write_pictures import png


def shard(path, files):
    with tarfile.open(path, "w") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return str(path)


class Shards(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        images, self.labels = pictures(40, seed=3)
        self.pngs = [png(images[at : at + 784], 28, 28) for at in range(0, 40 * 784, 784)]

    def samples(self, numbers, label="{}\n"):
        files = []
        for number in numbers:
            files.append((f"a.b/{number:04}.png", self.pngs[number]))
            files.append((f"a.b/{number:04}.json", b"{}"))
            files.append((f"a.b/{number:04}.cls", label.format(self.labels[number]).encode()))
        return files

    def evaluated(self, *paths, code=0):
        result = run("eval", "--model", self.path, "--json", "--data", *paths)
        self.assertEqual(result.returncode, code, result.stderr)
        return (json.loads(result.stdout) if code == 0 else None), result.stderr

    def folder_of_classes(self):
        folder = self.folder / "classes"
        for number, label in enumerate(self.labels):
            path = folder / str(label) / f"{number:04}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.pngs[number])
        return folder

    def test_they_measure_as_a_folder_of_the_same_pictures(self):
        expected, _ = self.evaluated(self.folder_of_classes())
        (self.folder / "shards").mkdir()
        first = shard(self.folder / "shards/0.tar", self.samples(range(15)))
        # Members in any order, the labels first.
        second = shard(self.folder / "shards/1.tar", sorted(self.samples(range(15, 40)), key=lambda file: file[0][::-1]))
        both = shard(self.folder / "all.tar", self.samples(range(40)))
        for paths in ([first, second], [both], [self.folder / "shards"]):
            with self.subTest(paths=paths):
                found, said = self.evaluated(*paths)
                for field in ("count", "accuracy", "confusion"):
                    self.assertEqual(found[field], expected[field])
                self.assertNotIn("left out", said)
        found, _ = self.evaluated(first, second)
        self.assertIn(found["wrong"][0]["file"].split("[")[0], (first, second))
        self.assertRegex(found["wrong"][0]["file"], r"\.tar\[a\.b/00\d\d\.png\]$")

    def test_pictures_without_labels_are_counted_and_said(self):
        files = [f for f in self.samples(range(10)) if f[0] not in ("a.b/0003.cls", "a.b/0004.cls")]
        found, said = self.evaluated(shard(self.folder / "a.tar", [*files, ("a.b/._0001.png", b"Mac")]))
        self.assertEqual(found["count"], 8)
        self.assertIn("pictures without a label, left out: 2\n", said)
        self.assertEqual(
            [sentence.split("a.tar")[1] for sentence in found["left_out"]],
            ["[a.b/0003.png]: has no label (.cls)", "[a.b/0004.png]: has no label (.cls)"],
        )
        bare = shard(self.folder / "b.tar", [("1.png", self.pngs[0])])
        self.assertIn("b.tar: has no picture with a label", self.evaluated(bare, code=1)[1])

    def test_labels_without_pictures_are_counted(self):
        files = [f for f in self.samples(range(10)) if f[0] not in ("a.b/0003.png", "a.b/0004.png")]
        found, said = self.evaluated(shard(self.folder / "a.tar", files))
        self.assertEqual(found["count"], 8)
        self.assertIn("a.tar: 2 of its labels (.cls) have no picture beside them\n", said)

    def test_a_shard_that_is_named_twice_is_an_error(self):
        first = shard(self.folder / "a.tar", self.samples(range(10)))
        again = self.folder / "again.tar"
        again.symlink_to(first)
        self.assertIn("a.tar: is named twice\n", self.evaluated(first, first, code=1)[1])
        self.assertIn("again.tar: is named twice, the first time as ", self.evaluated(first, again, code=1)[1])

    def test_what_cannot_be_read_is_left_out_by_name(self):
        files = self.samples(range(5))
        files[3] = (files[3][0], b"\x89PNG\r\n\x1a\nzz")
        found, said = self.evaluated(shard(self.folder / "a.tar", files))
        self.assertEqual(found["count"], 4)
        self.assertRegex(said, r"left out: \S*a\.tar\[a\.b/0001\.png\]: ")

    def test_what_is_wrong_is_one_sentence(self):
        good = shard(self.folder / "a.tar", self.samples(range(5)))
        cut = self.folder / "cut.tar"
        with open(good, "rb") as file:
            cut.write_bytes(file.read()[:2000])
        self.assertIn("cut.tar: the tar archive is cut off", self.evaluated(good, cut, code=1)[1])
        other = self.folder / "other"
        other.write_bytes(b"no archive")
        self.assertIn("only where all are tar shards", self.evaluated(good, other, code=2)[1])
        packed = self.folder / "packed.tar.gz"
        packed.write_bytes(gzip.compress(pathlib.Path(good).read_bytes()))
        self.assertIn("packed.tar.gz: is a packed tar archive; gzip -dc", self.evaluated(packed, code=1)[1])
        words = shard(self.folder / "words.tar", self.samples(range(5), "kind {}"))
        self.assertIn("words.tar: ", self.evaluated(words, code=1)[1])
        long = shard(self.folder / "long.tar", [("1.png", self.pngs[0]), ("1.cls", b"7" * 2000)])
        self.assertIn("long.tar[1.cls]: is too long for a label", self.evaluated(long, code=1)[1])


if __name__ == "__main__":
    unittest.main()
