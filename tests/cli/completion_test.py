"""What the shells complete: the program's candidates, and the scripts in the real shells."""

import os
import pathlib
import pty
import select
import subprocess
import time
import unittest

from support import PROGRAM, ProgramTest, environment, needs

FOLDER = str(pathlib.Path(PROGRAM).parent)
SHARE = pathlib.Path(os.environ["TEST_BUILD"]) / "share"


class CandidateTest(ProgramTest):
    def candidates(self, *words):
        kind, *lines = self.done("__complete", *words).splitlines()
        return kind, [line.split("\t")[0] for line in lines]

    def words(self, *words):
        kind, found = self.candidates(*words)
        self.assertEqual(kind, "words")
        return found

    def test_commands_also_after_global_options(self):
        self.assertEqual(self.words("tr"), ["train"])
        self.assertEqual(self.words("-v", "tr"), ["train"])
        self.assertEqual(self.words("--config", "x.toml", "pre"), ["predict"])
        self.assertEqual(self.words("--config=x.toml", "-q", "pre"), ["predict"])
        self.assertIn("eval", self.words(""))
        self.assertEqual(self.words("help", "pre"), ["predict"])
        self.assertEqual(self.words("train", "tr"), [])

    def test_options_of_the_command_and_of_the_program(self):
        self.assertEqual(self.words("eval", "--mi"), ["--min-accuracy"])
        self.assertEqual(self.words("-q", "eval", "--verb"), ["--verbose"])
        self.assertEqual(self.words("eval", "--split"), ["--split"])
        self.assertIn("--model", self.words("eval", ""))
        self.assertEqual(self.words("eval", "--json", "--mi"), ["--min-accuracy"])

    def test_values_of_a_fixed_set(self):
        self.assertEqual(self.words("eval", "--split", ""), ["test", "train"])
        self.assertEqual(self.words("eval", "--engine", "lib"), ["libtorch"])
        self.assertEqual(self.words("eval", "--engine=lib"), ["--engine=libtorch"])
        self.assertEqual(self.words("predict", "--preprocess", ""), ["auto", "digit", "none"])
        self.assertEqual(self.words("predict", "--device", "c"), ["cpu", "cuda"])
        self.assertEqual(self.words("save", "--format", ""), ["pt", "legacy", "safetensors", "onnx"])
        self.assertEqual(self.words("save", "--dtype", "b"), ["bfloat16"])
        self.assertEqual(self.words("eval", "--threads", ""), ["auto"])
        self.assertEqual(self.words("completion", ""), ["bash", "zsh", "fish"])
        for option, value in (
            ("--recipe", "handwriting"), ("--schedule", "onecycle"), ("--keep", "best"),
            ("--optimizer", "adamw"), ("--precision", "bf16"), ("--device", "cuda"),
        ):
            self.assertIn(value, self.words("train", option, ""), option)

    def test_files_and_folders(self):
        for words in (["eval", "--model", ""], ["eval", "--model=x"], ["predict", "--model", "m", "x"],
                      ["predict", "x", "y"], ["load", "--", "-"], ["--config", ""], ["eval", "--data", ""],
                      ["eval", "--data", "a.tar", ""], ["predict", "--files-from", "a", "b", ""]):
            self.assertEqual(self.candidates(*words)[0].split()[0], "files", words)
        self.assertEqual(self.candidates("predict", "--save-input", "")[0], "folders")
        self.assertEqual(self.candidates("eval", "--batch-size", ""), ("words", []))

    def test_files_come_with_what_they_end_in(self):
        for words, endings in (
            (["eval", "--model", ""], [".pt", ".safetensors", ".onnx"]),
            (["train", "--resume", ""], [".pt"]),
            (["load", ""], [".pth", ".bin"]),
            (["predict", ""], [".png", ".jpeg", "-ubyte.gz", ".npz"]),
            (["eval", "--data", ""], [".npz", ".csv", ".jsonl", ".tar"]),
            (["predict", "--annotate", ""], [".png"]),
            (["train", "--log", ""], [".jsonl"]),
            (["--config", ""], [".toml"]),
        ):
            found = self.candidates(*words)[0].split()
            for ending in endings:
                self.assertIn(ending, found, words)
        self.assertNotIn(".png", self.candidates("load", "")[0])


class ShellTest(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "a model's.pt").touch()
        (self.folder / "a folder").mkdir()
        for name in ("photo.JPG", "notes.txt", "notes.toml"):
            (self.folder / name).touch()
        self.env = environment(HOME=str(self.folder), ZDOTDIR=str(self.folder))
        self.env["PATH"] = FOLDER + os.pathsep + self.env["PATH"]

    def shell(self, *command, text=""):
        result = subprocess.run(
            command, input=text, env=self.env, cwd=self.folder, capture_output=True, text=True
        )
        self.assertEqual(result.stderr, "")
        return result.stdout.splitlines()


class Bash(ShellTest):
    def complete(self, line):
        """Calls the function as Bash does when the cursor is behind the line."""
        script = """
            source <(mlpctl completion bash)
            words=(%s)
            COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
            _mlpctl mlpctl "${words[@]: -1}"
            ((${#COMPREPLY[@]} == 0)) || printf '%%s\\n' "${COMPREPLY[@]}"
        """
        return self.shell("bash", "--norc", "-c", script % line)

    def test_commands_options_and_values(self):
        self.assertEqual(self.complete("mlpctl tr"), ["train"])
        self.assertEqual(self.complete("mlpctl -v tr"), ["train"])
        self.assertEqual(self.complete("mlpctl eval --mi"), ["--min-accuracy"])
        self.assertEqual(self.complete("mlpctl eval --engine ''"), ["auto", "native", "libtorch"])
        self.assertEqual(self.complete("mlpctl eval --engine = na"), ["native"])
        self.assertEqual(self.complete("mlpctl eval --engine ="), ["auto", "native", "libtorch"])
        self.assertEqual(self.complete("mlpctl help pre"), ["predict"])

    def test_files_and_folders(self):
        self.assertEqual(self.complete("mlpctl load 'a m'"), ["a model's.pt"])
        self.assertEqual(self.complete("mlpctl eval --model = 'a m'"), ["a model's.pt"])
        self.assertEqual(self.complete("mlpctl predict --save-input ''"), ["a folder"])

    def test_files_by_their_endings_else_all(self):
        self.assertEqual(sorted(self.complete("mlpctl load ''")), ["a folder", "a model's.pt"])
        self.assertEqual(sorted(self.complete("mlpctl predict ''")), ["a folder", "photo.JPG"])
        self.assertEqual(self.complete("mlpctl --config n"), ["notes.toml"])
        self.assertEqual(sorted(self.complete("mlpctl load n")), ["notes.toml", "notes.txt"])


@needs("fish")
class Fish(ShellTest):
    def complete(self, line):
        lines = self.shell("fish", "--no-config", text=f"mlpctl completion fish | source\ncomplete -C {line}\n")
        return [line.split("\t")[0] for line in lines]

    def test_commands_options_and_values(self):
        self.assertEqual(self.complete("'mlpctl tr'"), ["train"])
        self.assertEqual(self.complete("'mlpctl -v tr'"), ["train"])
        self.assertEqual(self.complete("'mlpctl eval --mi'"), ["--min-accuracy"])
        self.assertEqual(
            sorted(self.complete("'mlpctl eval --engine '")), ["auto", "libtorch", "native"]
        )
        self.assertEqual(self.complete("'mlpctl eval --engine=na'"), ["--engine=native"])

    def test_files_and_folders(self):
        self.assertEqual(self.complete("'mlpctl load a'"), ["a folder/", "a model's.pt"])
        self.assertEqual(self.complete("'mlpctl eval --model=a\\\\ m'"), ["--model=a model's.pt"])
        self.assertEqual(self.complete("'mlpctl predict --save-input '"), ["a folder/"])

    def test_files_by_their_endings_else_all(self):
        self.assertEqual(self.complete("'mlpctl load '"), ["a folder/", "a model's.pt"])
        self.assertEqual(self.complete("'mlpctl predict '"), ["a folder/", "photo.JPG"])
        self.assertEqual(self.complete("'mlpctl --config n'"), ["notes.toml"])
        self.assertEqual(self.complete("'mlpctl load n'"), ["notes.toml", "notes.txt"])

    def test_the_installed_file_is_found_and_has_no_mistake(self):
        script = SHARE / "fish" / "vendor_completions.d" / "mlpctl.fish"
        self.assertEqual(self.shell("fish", "--no-execute", str(script)), [])
        self.env["XDG_DATA_DIRS"] = str(SHARE)
        lines = self.shell("fish", "-c", "complete -C 'mlpctl predict '")
        self.assertEqual([line.split("\t")[0] for line in lines], ["a folder/", "photo.JPG"])

    def test_descriptions_with_apostrophes_are_text(self):
        lines = self.shell(
            "fish", "--no-config", text="mlpctl completion fish | source\ncomplete -C 'mlpctl comp'\n"
        )
        self.assertEqual(len(lines), 1)
        self.assertIn("a shell's completion script", lines[0])


class TerminalTest(ShellTest):
    """At a terminal, as somebody types."""

    def open(self, *shell):
        self.main, terminal = pty.openpty()
        process = subprocess.Popen(
            shell, stdin=terminal, stdout=terminal, stderr=terminal,
            env=self.env | {"TERM": "dumb", "PS1": "ready> "}, cwd=self.folder, start_new_session=True,
        )
        os.close(terminal)
        self.addCleanup(os.close, self.main)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.seen = ""

    def type(self, *keys):
        for key, expected in keys:
            self.seen = ""
            os.write(self.main, key.encode())
            self.wait(expected, 60)

    def wait(self, expected, timeout=240):
        end = time.monotonic() + timeout
        while expected not in self.seen:
            if time.monotonic() > end or not select.select([self.main], [], [], end - time.monotonic())[0]:
                self.fail(f"{expected!r} did not come, but {self.seen!r}")
            self.seen += os.read(self.main, 4096).decode(errors="replace")


BASH_COMPLETION = pathlib.Path("/usr/share/bash-completion/bash_completion")


@unittest.skipUnless(BASH_COMPLETION.exists(), "bash-completion is not installed")
class InstalledBash(TerminalTest):
    """Found by bash-completion when the command is first completed."""

    def test_commands_values_and_files(self):
        self.env["XDG_DATA_DIRS"] = str(SHARE)
        self.open("bash", "--norc", "--noprofile", "-i")
        self.type(
            (f"PS1='ready> '; source {BASH_COMPLETION}; echo sour''ced\n", "sourced"),
            ("mlpctl tr\t", "train "),
            ("--optim\t", "optimizer "),
            ("sg\t", "sgd "),
            ("--resume a\\ m\t", "model\\'s.pt"),
            ("\x15mlpctl predict ph\t", "photo.JPG"),
        )


@needs("zsh")
class Zsh(TerminalTest):
    def start(self, before="", script="source <(mlpctl completion zsh)"):
        self.open("zsh", "-f", "-i")
        self.wait("ready> ")
        self.type((f"PS1='ready> '; {before}{script}; echo sour''ced\n", "sourced"))

    def test_before_compinit_has_run_and_after_global_options(self):
        self.start()
        self.type(
            ("mlpctl -v tr\t", "train "),
            ("--opt\t", "--optimizer "),
            ("sg\t", "sgd "),
            ("--keep=be\t", "--keep=best"),
        )

    def test_after_compinit_has_run(self):
        self.start("autoload -Uz compinit; compinit -u; ")
        self.type(("mlpctl ev\t", "eval "), ("--model 'a m\t", "a model'\\''s.pt"))

    def test_the_installed_file_is_found_and_files_come_by_their_endings(self):
        self.start(script=f"fpath=({SHARE}/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u")
        self.type(
            ("mlpctl pre\t", "predict "),
            ("p\t", "photo.JPG "),
            ("\x15mlpctl --config n\t", "notes.toml "),
            ("\x15mlpctl load notes.tx\t", "notes.txt "),
        )


if __name__ == "__main__":
    unittest.main()
