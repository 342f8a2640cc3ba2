"""What `mlpctl predict` takes: folders of all sorts, standard input, archives, names that are URLs."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import unittest

from support import PROGRAM, ROOT, ProgramTest, cost_of, environment, idx, pictures, run
from write_pictures import png

SEEDS = ROOT / "tests" / "fuzz" / "seeds" / "picture"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n'


def tar_of(files, form=tarfile.PAX_FORMAT):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


class InputsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.model()
        images, _ = pictures(5, seed=5)
        self.images = images
        self.pngs = [png(images[at : at + 784], 28, 28) for at in range(0, 5 * 784, 784)]

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def predict(self, *arguments, code=0, **options):
        options.setdefault("text", isinstance(options.get("input", ""), str))
        result = run("predict", "--model", self.path, *arguments, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def answers(self, *arguments, **options):
        result = self.predict("--json", *arguments, **options)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def logits(self, *arguments, **options):
        return [answer["logits"] for answer in self.answers("--logits", *arguments, **options)]


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


class Folders(InputsTest):
    def fill(self):
        """As a home's folder of pictures: what is read, what is not, and what lies beside it."""
        names = ["b/10.png", "b/2.png", "b/no_suffix", "b/wrong.txt", "b/sub/one.jpg"]
        for name in names[:4]:
            self.write(name, self.pngs[0])
        self.write(names[4], (SEEDS / "one.jpg").read_bytes())
        self.write("b/drawing.svg", SVG)
        self.write("b/page.pdf", b"%PDF-1.7\n")
        self.write("b/icon.ico", b"\0\0\1\0\1\0\x10\x10\0\0")
        self.write("b/map.jp2", b"\0\0\0\x0cjP  \r\n\x87\n")
        self.write("b/camera.nef", b"II*\0\x10\0\0\0CR\2\0")
        for name in ("labels.csv", "notes.txt", "a.json", "z.bin"):
            self.write("b/" + name, b"0,1\n" if name != "z.bin" else bytes(range(256)))
        self.write("b/set", idx([1, 28, 28], self.images[:784]))
        for hidden in (".hidden.png", "._10.png", ".thumbnails/1.png", "@eaDir/1.png", "Thumbs.db"):
            self.write("b/" + hidden, self.pngs[1])
        return names

    def test_pictures_are_known_by_what_they_hold(self):
        names = self.fill()
        answers = self.answers(self.folder / "b")
        files = [os.path.relpath(a["file"], self.folder) for a in answers if "file" in a]
        self.assertEqual(files, ["b/2.png", "b/10.png", "b/no_suffix", "b/sub/one.jpg", "b/wrong.txt"])
        self.assertEqual(sorted(files), sorted(names))

    def test_what_was_left_out_is_counted_and_named_once(self):
        self.fill()
        answers = self.answers(self.folder / "b")
        self.assertEqual([a for a in answers if "left_out" in a], answers[-1:])
        kinds = {kind["kind"]: kind for kind in answers[-1]["left_out"]}
        self.assertEqual({name: kind["count"] for name, kind in kinds.items()}, {
            "SVG drawing": 1, "PDF": 1, "icon file": 1, "JPEG 2000 picture": 1,
            "camera's raw photograph": 1, "IDX file": 1, "no picture": 4,
        })  # fmt: skip
        self.assertIn("rsvg-convert", kinds["SVG drawing"]["remedy"])
        self.assertEqual(kinds["PDF"]["files"], [str(self.folder / "b/page.pdf")])
        said = self.predict(self.folder / "b").stderr
        self.assertEqual(len(said.splitlines()), 7, said)
        self.assertIn(f"left out 1 file: PDF ({self.folder}/b/page.pdf); pdftoppm", said)
        self.assertIn("left out 4 files: no picture (", said)
        self.assertNotIn("no picture", self.predict("-q", self.folder / "b").stderr)

    def test_a_picture_by_its_name_that_is_none_is_an_error(self):
        self.write("b/1.png", self.pngs[0])
        for name, content in (("2.png", b""), ("3.jpg", b"Dear diary\n"), ("4.png", SVG)):
            self.write("b/" + name, content)
        result = self.predict("--json", self.folder / "b", code=1)
        self.assertEqual(["error" in json.loads(line) for line in result.stdout.splitlines()], [False, True, True, True])

    def test_a_folder_without_pictures_is_an_error_that_says_what_it_holds(self):
        self.write("b/drawing.svg", SVG)
        said = self.predict(self.folder / "b", code=1).stderr
        self.assertIn("b: holds no pictures\n", said)
        self.assertIn("left out 1 file: SVG drawing", said)

    def test_a_name_may_be_anything(self):
        self.write("b/\x1b[2J<script>.svg", SVG)
        self.write("b/\x1b[2J<script>.png", self.pngs[0])
        result = self.predict(self.folder / "b")
        self.assertNotIn("\x1b", result.stdout + result.stderr)


class Heif(InputsTest):
    def test_telephones_pictures_are_read_where_libheif_is(self):
        inner = self.folder / "b"
        inner.mkdir()
        for name in ("turned.heic", "quarters.heic", "quarters.avif"):
            shutil.copy(SEEDS / name, inner / name)
        answers = self.answers(inner)
        if "left_out" in answers[-1]:
            self.skipTest("libheif or a decoder of it is not installed")
        self.assertEqual(len(answers), 3)

    def test_without_it_a_folder_leaves_them_out_and_says_how_to_get_it(self):
        nothing = self.folder / "lib"
        nothing.mkdir()
        (nothing / "libheif.so.1").write_bytes(b"")  # The loader goes no further.
        env = {"LD_LIBRARY_PATH": str(nothing)}
        self.write("b/1.png", self.pngs[0])
        self.write("b/named", (SEEDS / "quarters.heic").read_bytes())
        left = self.answers(self.folder / "b", env=env)[-1]["left_out"]
        self.assertEqual([(kind["kind"], kind["count"]) for kind in left], [("HEIC photograph", 1)])
        said = self.predict(SEEDS / "quarters.avif", code=1, env=env).stderr
        self.assertIn("is an AVIF picture, which is not read; libheif reads it where it is installed", said)


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
