"""Names are bytes: whatever a file is called, it is read and written, and printed without harm."""

import json
import os
import subprocess
import unittest

from support import PROGRAM, ProgramTest, environment, idx, write_set

TRAINS = os.environ["TEST_TRAINS"] == "ON"
# Not UTF-8, ESC, BEL, a control character of C1 as UTF-8 and as a byte, RIGHT-TO-LEFT OVERRIDE, a
# soft hyphen, a newline.
NASTY = b"l\xe9\x1b[2J\x07\xc2\x9b\x9b31m\xe2\x80\xae\xc2\xad\n"
SHOWN = "l\\xe9\\x1b[2J\\x07\\u{9b}\\x9b31m\\u{202e}\\u{ad}\\x0a"
IN_JSON = "l\ufffd\x1b[2J\x07\u009b\ufffd31m\u202e\u00ad\n"
HIDDEN = ["\x1b", "\x07", "\x9b", "\u202e", "\u00ad", "\r"]


class Names(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = os.path.join(os.fsencode(self.folder), NASTY + b".data")
        write_set(os.fsdecode(self.data))
        self.model_file = self.path(b".pt")
        self.call("save", "--init", "--out", self.model_file)

    def path(self, end, begin=b""):
        return os.path.join(os.fsencode(self.folder), begin + NASTY + end)

    def call(self, *arguments, code=0, **options):
        """Runs the program, requires that nothing hidden is printed, and gives both streams."""
        arguments = [a if isinstance(a, bytes) else str(a).encode() for a in arguments]
        options.setdefault("stdin", subprocess.DEVNULL)
        if "input" in options:
            del options["stdin"]
        done = subprocess.run([PROGRAM.encode(), *arguments], env=environment(), timeout=200,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        output, errors = done.stdout.decode(), done.stderr.decode()  # Strictly UTF-8.
        self.assertEqual(done.returncode, code, (arguments, output, errors))
        for text in (output, errors):
            for character in HIDDEN:
                self.assertNotIn(character, text, arguments)
        self.assertNotIn("internal error", errors)
        return output, errors

    def json(self, *arguments, **options):
        return [json.loads(line) for line in self.call(*arguments, **options)[0].splitlines()]

    def picture(self, begin=b""):
        path = self.path(b".pgm", begin)
        with open(path, "wb") as file:
            file.write(b"P5 28 28 255\n" + bytes(784))
        return path

    def test_save_and_load(self):
        other = self.path(b".safetensors")
        _, errors = self.call("save", "--from", self.model_file, "--out", other)
        self.assertIn(f"{SHOWN}.safetensors", errors)
        self.assertTrue(os.path.exists(other))
        for file in (self.model_file, other):
            for more in ((), ("--list",), ("--diff", self.model_file), ("-v",)):
                output, _ = self.call("load", file, *more)
                if "--diff" not in more:
                    self.assertIn(SHOWN, output)
                for answer in self.json("load", file, *more, "--json"):
                    if "file" in answer:
                        self.assertIn(IN_JSON, answer["file"])

    def test_eval(self):
        for more in ((), ("-v",), ("--json",)):
            self.call("eval", "--model", self.model_file, "--data", self.data, *more)
        self.call("eval", "--model", self.model_file, "--data", self.data, "--min-accuracy", 1,
                  code=3)

    def test_predict(self):
        picture, folder = self.picture(), self.path(b".saved")
        arguments = ("predict", "--model", self.model_file, "--preprocess", "none", picture)
        images = self.path(b"-idx3-ubyte")
        with open(images, "wb") as file:
            file.write(idx([1, 28, 28], bytes(784)))
        for more in ((), ("-v",), ("--show",), (images,), ("--save-input", folder),
                     ("--annotate", self.path(b".png"))):
            self.assertIn(f"{SHOWN}.pgm", self.call(*arguments, *more)[0])
            for answer in self.json(*arguments, *more, "--json"):
                self.assertIn(IN_JSON, answer["file"])
        self.assertEqual(os.listdir(folder), [b"00001_" + NASTY + b".png"])
        self.call("predict", "--model", self.model_file, "--split", picture)

    def test_what_cannot_be_read_or_written_is_told_by_name(self):
        broken, missing, folder = self.path(b".bad"), self.path(b".none"), self.path(b".folder")
        with open(broken, "wb") as file:
            file.write(b"\x1b]0;title\x07 is no picture and no state")
        os.mkdir(folder)
        closed = self.path(b"/out.pt", b"no/")
        for path in (broken, missing, folder):
            for arguments in (
                ("load", path), ("load", self.model_file, "--diff", path),
                ("load", "--list", path, "--json"),
                ("save", "--from", path, "--out", self.path(b".new.pt")),
                ("eval", "--model", path, "--data", self.data),
                ("predict", "--model", path, self.picture()),
                ("predict", "--model", self.model_file, path),
                ("eval", "--model", self.model_file, "--data", path),
            ):
                _, errors = self.call(*arguments, code=1)
                self.assertIn(SHOWN, errors, arguments)
        self.call("predict", "--model", self.model_file, "--json", missing, code=1)
        for arguments in (
            ("save", "--init", "--out", closed),
            ("save", "--init", "--format", "pt", "--out", folder),
            ("save", "--init", "--out", broken, "--format", "pt"),
            ("predict", "--model", self.model_file, self.picture(), "--annotate", closed),
            ("predict", "--model", self.model_file, self.picture(), "--save-input", broken),
        ):
            _, errors = self.call(*arguments, code=1)
            self.assertIn("l\\xe9\\x1b[2J", errors, arguments)

    def test_lists_of_paths(self):
        lines = [self.picture(b"a"), self.path(b".none", b"b")]
        lines = [os.path.relpath(p, os.fsencode(self.folder)).replace(b"\n", b"") for p in lines]
        os.rename(self.picture(b"a"), os.path.join(os.fsencode(self.folder), lines[0]))
        for more in ((), ("--json",)):
            self.call("predict", "--model", self.model_file, "--preprocess", "none", "-", *more,
                      input=b"\n".join(lines) + b"\n", cwd=self.folder, code=1)

    def test_usage_errors_echo_no_bytes(self):
        config = self.path(b".toml")
        with open(config, "wb") as file:
            file.write(b"nonsense\xc2\x9b = 1\n")
        model, out = ("--model", self.model_file), ("--out", self.path(b".pt"))
        for arguments in (
            (NASTY,), (b"--" + NASTY,), (b"-\x1b",), ("load", b"--" + NASTY, self.model_file),
            ("load", self.model_file, NASTY), ("save", "--init", "--out", NASTY),
            ("save", "--init", *out, "--format", NASTY), ("save", "--init", *out, "--dtype", NASTY),
            ("save", "--init", *out, "--seed", NASTY), ("eval", *model, "--split", NASTY),
            ("eval", *model, "--min-accuracy", NASTY), ("eval", *model, "--threads", NASTY),
            ("predict", *model, self.picture(), "--range", NASTY),
            ("predict", *model, self.picture(), "--preprocess", NASTY),
            ("predict", *model, self.picture(), "--top", NASTY), ("completion", NASTY),
            ("save", "--init", *out, "--config", config),
            ("save", "--init", *out, "--config", self.path(b".missing")),
        ):
            self.call(*arguments, code=2)
        for arguments in (("load", self.model_file, "--key", NASTY),
                          ("eval", *model, "--data", self.data, "--device", NASTY),
                          ("eval", *model, "--data", self.data, "--engine", "libtorch",
                           "--libtorch", NASTY)):
            arguments = [a if isinstance(a, bytes) else str(a).encode() for a in arguments]
            done = subprocess.run([PROGRAM.encode(), *arguments], env=environment(),
                                  capture_output=True)
            self.assertIn(done.returncode, (1, 2))
            for character in HIDDEN:
                self.assertNotIn(character, done.stderr.decode())

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_train(self):
        out, log, kept = self.path(b".out.pt"), self.path(b".jsonl"), self.path(b".kept.pt")
        config = self.path(b".toml")
        with open(config, "w") as file:
            file.write("threads = 1\n")
        arguments = ["train", "--data", self.data, "--out", out, "--config", config, "--log", log]
        output, errors = self.call(*arguments, "--max-steps", 2, "--from", self.model_file,
                                   "--checkpoint", kept, "-v")
        self.assertIn(f"{SHOWN}.out.pt: ", output)
        self.assertIn(f"{SHOWN}.out.pt", errors)
        (answer,) = self.json(*arguments, "--max-steps", 4, "--resume", kept, "--checkpoint", kept,
                              "--json")
        self.assertTrue(answer["out"].endswith(f"{IN_JSON}.out.pt"))
        with open(log, encoding="utf-8") as lines:
            events = [json.loads(line) for line in lines]
        self.assertEqual([e["event"] for e in events], 2 * ["start", "end"])
        self.assertTrue(events[0]["from"].endswith(f"{IN_JSON}.pt"))
        self.assertTrue(events[2]["resume"].endswith(f"{IN_JSON}.kept.pt"))

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_what_goes_wrong_in_training_is_told_by_name(self):
        missing, folder = self.path(b".none.pt"), self.path(b".folder.pt")
        os.mkdir(folder)
        with open(self.path(b".log"), "w") as file:
            file.write("no log\n")
        arguments = ["train", "--max-steps", 1]
        for more, code in (
            (("--from", missing), 1), (("--resume", missing), 1), (("--resume", self.model_file), 1),
            (("--data", missing), 1), (("--log", folder), 1), (("--checkpoint", folder), 1),
            (("--log", self.path(b".log")), 1), (("--log", self.model_file), 1),
            (("--log", self.path(b"/log", b"no/")), 1),
            (("--from", self.model_file, "--log", self.model_file), 2),
            (("--checkpoint", self.path(b".safetensors")), 2), (("--out", self.path(b".x")), 2),
        ):
            for option, file in (("--data", self.data), ("--out", self.path(b".out.pt"))):
                if option not in more:
                    more += (option, file)
            _, errors = self.call(*arguments, *more, code=code)
            self.assertIn("l\\xe9\\x1b[2J", errors, more)
        arguments += ["--data", self.data, "--out", self.path(b".out.pt")]
        for option in ("--recipe", "--device", "--optimizer", "--schedule", "--lr", "--threads"):
            done = subprocess.run(
                [PROGRAM.encode(), *(a if isinstance(a, bytes) else str(a).encode()
                                     for a in [*arguments, option, NASTY])],
                env=environment(), capture_output=True)
            self.assertIn(done.returncode, (1, 2), option)
            for character in HIDDEN:
                self.assertNotIn(character, done.stderr.decode(), option)


if __name__ == "__main__":
    unittest.main()
