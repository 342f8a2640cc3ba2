"""What `mlpctl predict` takes: standard input, lists, archives, names that are URLs."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import unittest

from predict_inputs import SEEDS, SVG, InputsTest
from support import PROGRAM, cost_of, environment, idx, run



def tar_of(files, form=tarfile.PAX_FORMAT):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


class Urls(InputsTest):
    def test_no_command_fetches_one(self):
        url, out, model = "https://x.org/a", self.folder / "out.pt", self.path
        for code, *arguments in (
            (1, "predict", "--model", url, "a.png"),
            (1, "load", url),
            (1, "load", "--list", url),
            (1, "load", model, "--diff", url),
            (1, "save", "--from", url, "--out", out),
            (1, "save", "--from", model, "--like", url, "--out", out),
            (1, "eval", "--model", model, "--data", url),
            (2, "eval", "--model", model, "--config", url),
        ):
            with self.subTest(arguments=arguments):
                said = self.refused(code, *arguments)
                self.assertIn(f"mlpctl: {url}: is not fetched; download it first\n", said)
        picture = self.predict(url, code=1)
        self.assertEqual((picture.stdout, picture.stderr), ("", f"{url}: is not fetched; download it first\n"))


class StandardInput(InputsTest):
    def test_a_picture_is_answered_as_its_file_is(self):
        for number, name in enumerate(["one.bmp", "one.gif", "one.jpg", "one.pgm", "one.png", "one.tif", "one.webp"]):
            with self.subTest(name=name):
                content = (SEEDS / name).read_bytes()
                answer = self.answers("-", input=content)
                self.assertEqual([a["file"] for a in answer], ["-"])
                file = self.write(f"{number}", content)
                self.assertEqual(self.logits("-", input=content), self.logits(file))

    def test_it_may_come_byte_by_byte(self):
        with subprocess.Popen(
            [PROGRAM, "predict", "--model", self.path, "--json", "-"],
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        ) as process:  # fmt: skip
            for at in range(len(self.pngs[0])):
                process.stdin.write(self.pngs[0][at : at + 1])
            process.stdin.close()
            self.assertIn("digit", json.loads(process.stdout.read()))
            self.assertEqual(process.wait(timeout=60), 0)

    def test_a_damaged_picture_is_one_sentence(self):
        result = self.predict("-", input=self.pngs[0][:60], code=1)
        self.assertEqual(result.stdout, b"")
        self.assertRegex(result.stderr, rb"^standard input: is cut off.*\n$")

    def test_a_data_set_packed_or_not(self):
        content = idx([5, 28, 28], self.images)
        file = self.write("images-idx3-ubyte", content)
        expected = self.logits(file, "--range", "1:4")
        self.assertEqual(len(expected), 3)
        for given in (content, gzip.compress(content)):
            self.assertEqual(self.logits("-", "--range", "1:4", input=given), expected)
        self.assertIn(b"holds labels", self.predict("-", input=idx([2], b"\1\2"), code=1).stderr)
        packed = self.predict("-", input=gzip.compress(self.pngs[0]), code=1).stderr
        self.assertIn(b"gzip -dc", packed)

    def test_a_table_of_pixels_is_answered_as_the_set_it_was_made_of(self):
        header = ",".join(f"pixel{n}" for n in range(784))
        rows = [",".join(map(str, self.images[at : at + 784])) for at in range(0, 5 * 784, 784)]
        expected = self.logits(self.write("images-idx3-ubyte", idx([5, 28, 28], self.images)))
        for lines in (rows, [header, *rows]):
            table = "\n".join(lines) + "\n"
            self.assertEqual(self.logits("-", input=table), expected)
            self.assertEqual(self.logits(self.write("b/t.csv", table.encode())), expected)
        answers = self.answers("--range", "3:", "-", input=table)
        self.assertEqual([(a["file"], a["index"]) for a in answers], [("-", 3), ("-", 4)])
        self.assertEqual(self.logits("-", input=str(self.folder / "b/t.csv")), expected)
        result = self.predict("-", input=table + "1,2\n", code=1)
        self.assertEqual(result.stderr, "standard input: line 7 has fewer than the 784 columns of the first\n")
        self.refused(2, "predict", "--model", self.path, "--annotate", self.folder / "o.png", self.folder / "b/t.csv")
        alone = self.predict(self.folder / "b", code=1).stderr
        self.assertIn(f"holds no pictures, but a data set; give its file of images: {self.folder}/b/t.csv\n", alone)
        self.write("b/1.png", self.pngs[0])
        left = self.answers(self.folder / "b")[-1]["left_out"]
        self.assertEqual([(kind["kind"], kind["remedy"]) for kind in left], [("CSV table", "give it by its name")])

    def test_labels_of_qmnist_are_known_for_labels(self):
        labels = b"\0\0\x0c\2" + bytes([0, 0, 0, 1, 0, 0, 0, 8]) + bytes(32)
        for given in (labels, gzip.compress(labels)):
            self.assertIn(b"standard input: holds labels", self.predict("-", input=given, code=1).stderr)

    def test_what_is_none_of_them_is_named_and_not_shown(self):
        rubbish = bytes(range(1, 10)) + bytes(range(11, 256)) * 40
        for content, sentence in (
            (SVG, b"is an SVG drawing, which is not read; rsvg-convert"),
            (b"<!DOCTYPE html><title>404</title>", b"is a web page"),
            (b"%PDF-1.7\n", b"is a PDF"),
            (b"PK\3\4" + rubbish, b"is a ZIP archive"),
            (rubbish, b"is no picture that is read, no data set"),
        ):
            with self.subTest(sentence=sentence):
                result = self.predict("-", input=content, code=1)
                self.assertEqual(result.stdout, b"")
                self.assertTrue(result.stderr.startswith(b"standard input: " + sentence), result.stderr)
                self.assertEqual(result.stderr.count(b"\n"), 1)
                self.assertNotRegex(result.stderr, rb"[^\x20-\x7e\n]")


class Lists(InputsTest):
    def test_a_name_may_look_like_the_beginning_of_a_picture(self):
        names = [self.write(name, self.pngs[0]) for name in ("BM", "GIF89a.png", "P5 x", "<script>.png", "II*")]
        for name in names:
            name = os.path.basename(name)
            answers = self.answers("-", input=f"{name}\n", cwd=self.folder)
            self.assertEqual([a["file"] for a in answers], [name])
            self.assertIn("digit", answers[0])

    def test_a_name_with_nul_in_it_is_an_error(self):
        name = self.write("a.png", self.pngs[0])
        for text in (f"{name}\0junk\n", f"{name}\njunk\0{name}\n"):
            with self.subTest(text=text):
                result = self.predict("-", input=text, code=1)
                self.assertEqual(result.stdout.count("\n"), text.index("\0") > text.index("\n"))
                self.assertIn("holds a NUL byte; with --null, NUL ends the names\n", result.stderr)

    def test_null_is_said_or_seen(self):
        names = [self.write(name, self.pngs[0]) for name in ("a.png", "two\nlines.png", "\x1b.png")]
        text = "\0".join(names)
        for option in ("-0", "--null"):
            self.assertEqual([a["file"] for a in self.answers(option, "-", input=text)], names)
        self.assertEqual([a["file"] for a in self.answers("-", input=text + "\0")], names)
        self.assertIn("--null", self.refused(2, "predict", "--model", self.path, "-0", names[0]))

    def test_names_ended_by_nul_are_answered_as_they_come(self):
        name = self.write("a.png", self.pngs[0])
        with subprocess.Popen(
            [PROGRAM, "predict", "--model", self.path, "-"],
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        ) as process:  # fmt: skip
            for _ in range(3):
                process.stdin.write(name.encode() + b"\0")
                self.assertIn(b"a.png", process.stdout.readline())
            process.stdin.close()
            self.assertEqual(process.wait(timeout=60), 0)

    def test_a_name_without_end_takes_no_memory_without_end(self):
        result = self.predict("-", input="x" * 10_000_000, code=1)
        self.assertIn("name 1 of the list is longer than any path", result.stderr)


class Archives(InputsTest):
    def files(self):
        return [
            ("shard/0001.png", self.pngs[0]),
            ("shard/0001.cls", b"7"),
            ("shard/0001.json", b"{}"),
            ("n" * 150 + "/\u00e9.png", self.pngs[1]),
            ("no_suffix", self.pngs[2]),
            ("drawing.svg", SVG),
        ]

    def test_members_are_answered_by_their_names(self):
        names = ["shard/0001.png", "n" * 150 + "/\u00e9.png", "no_suffix"]
        expected = self.logits(*(self.write(f"{i}.png", self.pngs[i]) for i in range(3)))
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            content = tar_of(self.files(), form)
            file = self.write("a.tar", content)
            for answers, shown in (
                (self.answers("--logits", file), file),
                (self.answers("--logits", "-", input=content), "-"),
            ):
                self.assertEqual([a["member"] for a in answers[:-1]], names)
                self.assertEqual({a["file"] for a in answers[:-1]}, {shown})
                self.assertEqual([a["logits"] for a in answers[:-1]], expected)
                left = {kind["kind"]: kind["count"] for kind in answers[-1]["left_out"]}
                self.assertEqual(left, {"no picture": 2, "SVG drawing": 1})
        self.assertIn("a.tar[shard/0001.png]\n", self.predict(file).stdout)

    def test_each_is_answered_as_it_comes(self):
        content = tar_of(self.files())
        first = 512 + (len(self.pngs[0]) + 511) // 512 * 512
        with subprocess.Popen(
            [PROGRAM, "predict", "--model", self.path, "-"],
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        ) as process:  # fmt: skip
            process.stdin.write(content[:first])
            self.assertIn(b"-[shard/0001.png]", process.stdout.readline())
            process.stdin.write(content[first:])
            process.stdin.close()
            self.assertEqual(process.wait(timeout=60), 0)

    def test_a_broken_member_and_a_broken_archive_are_errors_after_the_rest(self):
        content = tar_of([("a.png", self.pngs[0]), ("b.png", b"\x89PNG\r\n\x1a\nzz"), ("c.png", self.pngs[1])])
        result = self.predict("--json", "-", input=content, code=1)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(["error" in a for a in answers], [False, True, False])
        self.assertIn("-[b.png]: is a damaged PNG", answers[1]["error"])
        result = self.predict("-", input=content[:2000], code=1)
        self.assertIn(b"cut off", result.stderr)
        self.assertEqual(result.stdout.count(b"\n"), 1)
        empty = self.predict("-", input=tar_of([("a.cls", b"7")]), code=1)
        self.assertIn(b"standard input: the tar archive holds no pictures", empty.stderr)

    def test_archives_are_not_annotated_and_inputs_are_saved_by_the_members_names(self):
        file = self.write("a.tar", tar_of(self.files()))
        out = self.folder / "out"
        self.refused(2, "predict", "--model", self.path, "--annotate", self.folder / "o.png", file)
        self.predict("--save-input", out, file)
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["00001_0001.png", "00002_\u00e9.png", "00003_no_suffix.png"])

    @unittest.skipIf(os.environ["TEST_SANITIZED"] == "ON", "the sanitizers' memory is their own")
    def test_memory_does_not_grow_with_the_archive(self):
        peaks = []
        for count in (50, 1000):
            file = self.write("a.tar", tar_of((f"{i}.png", self.pngs[i % 5]) for i in range(count)) + bytes(200 << 20))
            code, _, _, memory = cost_of("predict", "--model", self.path, file)
            self.assertEqual(code, 0)
            peaks.append(memory)
        self.assertLess(peaks[1], peaks[0] * 1.3)
        self.assertLess(peaks[1], 150 << 20)


if __name__ == "__main__":
    unittest.main()
