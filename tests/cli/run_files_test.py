"""No command writes over a file that it also reads or writes for something else."""

import itertools
import json
import os
import signal
import subprocess
import time
import unittest

from support import PROGRAM, ProgramTest, environment, idx, run, write_set

TRAINS = os.environ["TEST_TRAINS"] == "ON"
MEMBERS = [f"{part}-{what}" for part in ("train", "t10k")
           for what in ("images-idx3-ubyte", "labels-idx1-ubyte")]


def png(path):
    """A picture that any decoder takes: 28x28 grey, as a PGM."""
    path.write_bytes(b"P5 28 28 255\n" + bytes(784))
    return path


class RunFilesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.from_ = self.model("from.pt")
        self.config = self.folder / "config.toml"
        self.config.write_text("quiet = true\n")

    def snapshot(self):
        return {path: (path.read_bytes(), path.lstat().st_ino)
                for path in sorted(self.folder.rglob("*")) if path.is_file()}

    def other_names(self, path):
        """The file under other names: itself, roundabout, and by a link of each kind."""
        yield path
        yield path.parent / ".." / path.parent.name / path.name
        for kind, link in (("soft", os.symlink), ("hard", os.link)):
            name = path.with_name(f"{kind}{path.suffix}")
            link(path, name)
            yield name
            name.unlink()

    def refused_pair(self, first, second, *arguments, **options):
        before = self.snapshot()
        message = self.refused(2, *arguments, **options)
        self.assertEqual(self.snapshot(), before)
        self.assertIn("are one file, which would be lost", message)
        for word in (first, second):
            self.assertIn(word, message)


@unittest.skipUnless(TRAINS, "built without LibTorch")
class Train(RunFilesTest):
    def arguments(self, **files):
        files = {"data": self.data, "out": self.folder / "out.pt"} | files
        given = itertools.chain.from_iterable((f"--{k}", v) for k, v in files.items())
        return ["train", "--epochs", 1, "--threads", 1, "--force", *given]

    def test_no_output_is_an_input(self):
        inputs = [("from", self.from_), ("resume", self.from_), ("config", self.config),
                  *(("data", self.data / name) for name in MEMBERS)]
        allowed = {("from", "out"), ("resume", "checkpoint")}
        for option, path in inputs:
            for output in ("out", "checkpoint", "log"):
                if (option, output) in allowed:
                    continue
                for name in self.other_names(path):
                    given = {output: name} if option == "data" else {option: path, output: name}
                    self.refused_pair(f"--{option} {path}", f"--{output} {name}",
                                      *self.arguments(**given))

    def test_no_two_outputs_are_one(self):
        (self.folder / "old.pt").write_bytes(self.from_.read_bytes())
        os.symlink("new.pt", self.folder / "link.pt")
        for first, second in itertools.combinations(("out", "checkpoint", "log"), 2):
            for path, other in (("new.pt", "new.pt"), ("new.pt", "link.pt"), ("link.pt", "link.pt")):
                path, other = self.folder / path, self.folder / other
                self.refused_pair(f"--{first} ", f"--{second} ",
                                  *self.arguments(**{first: path, second: other}))
            old = self.folder / "old.pt"
            for name in self.other_names(old):
                self.refused_pair(f"--{first} ", f"--{second} ",
                                  *self.arguments(**{first: old, second: name}))

    def test_a_packed_or_missing_member_and_the_class_names_are_members(self):
        for name in (f"{MEMBERS[0]}.gz", MEMBERS[2].replace("-idx", ".idx"), "classes.txt"):
            self.refused_pair("--log", "--data", *self.arguments(log=self.data / name))

    def test_what_is_printed_counts_too(self):
        log = self.folder / "log.jsonl"
        for stream, name in (("stdout", "output"), ("stderr", "error")):
            with open(log, "w") as file:
                options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: file}
                result = subprocess.run([PROGRAM, *map(str, self.arguments(log=log))],
                                        env=environment(), text=True, **options)
            self.assertEqual(result.returncode, 2)
            message = log.read_text() if stream == "stderr" else result.stderr
            self.assertIn(f"--log {log} and standard {name} are one file", message)

    def test_what_is_wanted_goes(self):
        with open(self.folder / "both", "w") as file:
            done = subprocess.run([PROGRAM, *map(str, self.arguments(log="/dev/null"))],
                                  stdout=file, stderr=file, env=environment())
        self.assertEqual(done.returncode, 0)
        self.done(*self.arguments(**{"from": self.from_, "out": self.from_}))
        kept = self.folder / "kept.pt"
        self.done(*self.arguments(checkpoint=kept))
        self.done(*self.arguments(checkpoint=kept, resume=kept))

    def test_a_log_replaces_only_a_log(self):
        arguments = [a for a in self.arguments() if a != "--force"]
        for path in (self.from_, self.config, png(self.folder / "p.pgm")):
            before = path.read_bytes()
            self.assertIn("is not a log of a training", self.refused(1, *arguments, "--log", path))
            self.assertEqual(path.read_bytes(), before)
        other = self.folder / "other.jsonl"
        other.write_text('{"event":"start","host":"a"}\n{"event":"end"}\n')
        self.assertIn("--force", self.refused(1, *arguments, "--log", other))
        log = self.folder / "log.jsonl"
        for _ in range(2):
            self.done(*arguments, "--log", log)
            lines = [json.loads(line)["event"] for line in log.read_text().splitlines()]
            self.assertEqual(lines, ["start", "epoch", "end"])
        self.done(*arguments, "--log", other, "--force")

    def test_a_refused_run_leaves_the_old_log(self):
        log = self.folder / "log.jsonl"
        self.done(*self.arguments(log=log))
        before = log.read_bytes()
        self.refused(1, *self.arguments(log=log, data=self.folder / "none"))
        self.refused(1, *self.arguments(log=log, resume=self.from_))
        self.assertEqual(log.read_bytes(), before)
        self.refused(1, *self.arguments(log=self.folder / "new.jsonl", resume=self.from_))
        self.assertFalse((self.folder / "new.jsonl").exists())

    def test_two_runs_do_not_mix_their_lines(self):
        log = self.folder / "log.jsonl"
        first = subprocess.Popen(
            [PROGRAM, "train", "--data", self.data, "--out", self.folder / "first.pt", "--threads",
             "1", "--epochs", "100000", "--log", log, "--log-steps"],
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(first.kill)
        end = time.monotonic() + 100
        while not (log.exists() and '"step"' in log.read_text()):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        os.symlink("log.jsonl", self.folder / "link.jsonl")
        for name in (log, self.folder / "link.jsonl"):
            message = self.refused(1, *self.arguments(log=name))
            self.assertIn(f"{log}: another run writes its log there", message)
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(timeout=100), 143)
        events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
        self.assertEqual((events.count("start"), events.count("end")), (1, 1))
        self.done(*self.arguments(log=log))


class OtherCommands(RunFilesTest):
    def test_save_takes_its_own_place_and_nothing_elses(self):
        for name in self.other_names(self.from_):
            self.done("save", "--from", self.from_, "--out", name, "--format", "pt")
        for name in self.other_names(self.config):
            self.refused_pair("--config", "--out", "save", "--init", "--format", "pt", "--force",
                              "--config", self.config, "--out", name)

    def test_predict_does_not_draw_on_what_it_reads(self):
        picture = png(self.folder / "picture.pgm")
        images = self.folder / "images-idx3-ubyte"
        images.write_bytes(idx([1, 28, 28], bytes(784)))
        for option, path, arguments in (
            ("--model", self.from_, [picture]),
            ("--config", self.config, [picture, "--config", self.config]),
            ("", picture, [picture]),
            ("", images, [images]),
        ):
            for name in self.other_names(path):
                self.refused_pair(f"{option} {path}", f"--annotate {name}", "predict", "--model",
                                  self.from_, *arguments, "--annotate", name)

    def test_the_pictures_that_are_saved_take_no_place_of_those_that_are_read(self):
        for place in (self.folder / "pictures", self.folder / "pictures" / "below"):
            place.mkdir()
            png(self.folder / "pictures" / "a.pgm")
            saved = place / "00001_a.png"
            saved.write_bytes(b"mine")
            (place / "00002_a.png").write_bytes(b"mine")
            for read in ([self.folder / "pictures" / "a.pgm", saved], [self.folder / "pictures"]):
                result = run("predict", "--model", self.from_, "--preprocess", "none",
                             "--save-input", place, *read)
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, "0000[12]_a.png: is a file that is read")
            self.assertEqual(saved.read_bytes(), b"mine")
            saved.unlink()
            (place / "00002_a.png").unlink()
        apart = self.folder / "apart"
        for _ in range(2):
            self.done("predict", "--model", self.from_, "--preprocess", "none", "--save-input",
                      apart, self.folder / "pictures")
        self.assertEqual([path.name for path in apart.iterdir()], ["00001_a.png"])

    def test_what_is_printed_is_not_appended_to_what_is_read(self):
        listed = self.folder / "list"
        listed.write_text("missing.png\n")
        for path, arguments in (
            (self.from_, ["load", self.from_]),
            (self.from_, ["load", self.config, "--diff", self.from_]),
            (self.from_, ["eval", "--model", self.from_, "--data", self.data]),
            (self.data / MEMBERS[2], ["eval", "--model", self.from_, "--data", self.data]),
            (self.from_, ["predict", "--model", self.from_, listed]),
            (listed, ["predict", "--model", self.from_, "-"]),
            (self.from_, ["save", "--from", self.from_, "--out", self.folder / "new.pt"]),
        ):
            before = self.snapshot()
            with open(path, "a") as output, open(listed) as names:
                result = subprocess.run([PROGRAM, *map(str, arguments)], stdin=names, stdout=output,
                                        stderr=subprocess.PIPE, env=environment(), text=True)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn("standard output and ", result.stderr)
            self.assertEqual(self.snapshot(), before)


if __name__ == "__main__":
    unittest.main()
