"""What the help and the manual pages show: examples that run, and pages that say what the help says."""

import io
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import unittest

from support import PROGRAM, ROOT, ProgramTest, environment, needs, write_set
from write_pictures import png

COMMANDS = ["train", "save", "load", "eval", "predict", "completion", "version", "help"]
TRAINS = os.environ["TEST_TRAINS"] == "ON"
SHARE = pathlib.Path(os.environ["TEST_BUILD"]) / "share"


def examples(text):
    return [line.strip() for line in text.rpartition("\nExamples:\n")[2].splitlines() if line.strip()]


class Examples(ProgramTest):
    """In a folder that holds what the examples speak of, in their order."""

    def setUp(self):
        super().setUp()
        for name in ("mnist", "fashion-mnist"):
            write_set(self.folder / "data" / name)
        self.done("save", "--init", "--out", self.folder / "fashion.pt")
        renamed = ["--rename", "layers=module.layers", "--out", self.folder / "checkpoint.pt"]
        self.done("save", "--from", self.folder / "fashion.pt", *renamed)
        for name in ("scans", "downloads"):
            (self.folder / name).mkdir()
        seeds = ROOT / "tests" / "fuzz" / "seeds"
        shutil.copy(seeds / "zip" / "torch", self.folder / "downloads" / "weights.pt")
        for name in ("photo.jpg", "sheet.jpg"):
            shutil.copy(seeds / "picture" / "one.jpg", self.folder / name)
        (self.folder / "scans" / "0.png").write_bytes(png(bytes(784), 28, 28))
        (self.folder / "shards").mkdir()
        with tarfile.open(self.folder / "shards" / "0.tar", "w") as shard:
            for name, content in (("0.jpg", (self.folder / "photo.jpg").read_bytes()), ("0.cls", b"0")):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                shard.addfile(member, io.BytesIO(content))
        if TRAINS:
            self.shell("mlpctl train --epochs 5 --no-augment --out mlp.pt")
        else:
            self.done("save", "--init", "--out", self.folder / "mlp.pt")

    def shell(self, line):
        path = os.pathsep.join([str(pathlib.Path(PROGRAM).parent), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self.folder, env=environment(PATH=path), capture_output=True, text=True, check=False,
        )

    def test_each_help_ends_with_examples_that_run(self):
        for words in ([], *([command] for command in COMMANDS)):
            lines = examples(self.done(*words, "--help"))
            self.assertIn(len(lines), (2, 3), words)
            for line in lines:
                if not TRAINS and ("train" in line or "--min-accuracy" in line):
                    continue
                self.assertIn(" ".join(["mlpctl", *words]), line)
                result = self.shell(line)
                self.assertEqual(result.returncode, 0, f"{line}\n{result.stdout}{result.stderr}")

    def test_a_wrong_example_would_be_seen(self):
        self.assertNotEqual(self.shell("mlpctl load none.pt | head").returncode, 0)


class Manual(ProgramTest):
    def page(self, command):
        page = SHARE / "man" / "man1" / (f"mlpctl-{command}.1" if command else "mlpctl.1")
        return page if page.exists() else page.with_name(f"{page.name}.gz")

    def shown(self, command):
        """As somebody reads it, in one line."""
        show = ["man", "-E", "UTF-8", "-P", "cat", "-l", self.page(command)]
        result = subprocess.run(show, env=environment(MANWIDTH="1000"), capture_output=True, text=True, check=True)
        return " ".join(result.stdout.split())

    def test_there_is_a_page_for_each_command_and_no_other(self):
        pages = {path.name for path in (SHARE / "man" / "man1").iterdir()}
        self.assertEqual(pages, {self.page(command).name for command in ("", *COMMANDS)})

    @needs("mandoc")
    def test_the_pages_have_no_mistakes(self):
        for command in ("", *COMMANDS):
            result = subprocess.run(
                ["mandoc", "-T", "lint", "-W", "warning", self.page(command)],
                capture_output=True, text=True, check=False,
            )
            known = [line for line in result.stdout.splitlines() if "missing date" not in line]
            self.assertEqual(known, [], command)

    @needs("man")
    def test_man_formats_them_without_a_warning_and_loses_no_option(self):
        for command in ("", *COMMANDS):
            page = self.page(command)
            words = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page]
            result = subprocess.run(words, capture_output=True, text=True, check=True)
            self.assertEqual(result.stderr, "", command)
            shown = self.shown(command)
            text = self.done(*([command] if command else []), "--help")
            for option in re.findall(r"^  (-\S+(?: [A-Za-z]\S*)?)(?:  |$)", text, re.MULTILINE):
                self.assertIn(option, shown, command)
            for example in examples(text):
                self.assertIn(example, shown)

    @needs("man")
    def test_quotes_backslashes_and_signs_are_shown_as_they_are(self):
        shown = self.shown("predict")
        self.assertIn("find scans -name '*.png' -print0 | mlpctl predict --model mlp.pt --json -", shown)
        self.assertIn("mlpctl(1)", shown)
        self.assertIn("Exit status: 0 done, 1 failed", self.shown(""))

    @needs("lexgrog")
    def test_apropos_finds_them(self):
        for command in ("", *COMMANDS):
            found = subprocess.run(["lexgrog", self.page(command)], capture_output=True, text=True, check=True)
            self.assertIn(" - ", found.stdout)


if __name__ == "__main__":
    unittest.main()
