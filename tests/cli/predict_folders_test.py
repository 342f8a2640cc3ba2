"""Folders of all sorts for `mlpctl predict`, and what it leaves out of them."""

import json
import os
import shutil
import unittest

from predict_inputs import SEEDS, SVG, InputsTest
from support import idx


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

    def test_what_is_no_file_is_told_and_never_waited_for(self):
        self.write("b/1.png", self.pngs[0])
        self.write("elsewhere/2.png", self.pngs[0])
        (self.folder / "b" / "gone.png").symlink_to("nowhere.png")
        (self.folder / "b" / "ring.png").symlink_to("ring.png")
        (self.folder / "b" / "way").symlink_to(self.folder / "elsewhere")
        os.mkfifo(self.folder / "b" / "pipe.png")
        answers = self.answers(self.folder / "b")
        self.assertEqual(len(answers), 2)
        left = {kind["kind"]: kind["count"] for kind in answers[-1]["left_out"]}
        self.assertEqual(left, {"link to nothing": 2, "link to a folder": 1, "pipe, socket or device": 1})
        said = self.predict(self.folder / "b").stderr
        self.assertIn("left out 1 file: link to a folder", said)
        self.assertIn(f"({self.folder}/b/gone.png, {self.folder}/b/ring.png)", said)

    def test_the_reports_tell_what_was_left_out(self):
        self.write("b/1.png", self.pngs[0])
        self.write("b/<b>page.pdf", b"%PDF-1.7\n")
        for form in ("html", "md"):
            report = self.folder / ("r." + form)
            self.predict(self.folder / "b", "--report", report)
            text = report.read_text()
            self.assertRegex(text, "left out.*1 file: PDF")
            self.assertNotIn("<b>page", text)

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


if __name__ == "__main__":
    unittest.main()
