"""What the shells complete: the program's candidates, and the scripts in the real shells."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import time
import unittest

from support import PROGRAM, ProgramTest, environment

FOLDER = str(pathlib.Path(PROGRAM).parent)


def needs(shell):
    """A shell that is missing must be seen, not passed over in silence."""
    if shutil.which(shell) is None:
        print(f"NOT TESTED: {shell} is not installed", file=sys.stderr)
        return unittest.skip(f"{shell} is not installed")
    return lambda test: test


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
        self.assertEqual(self.words("save", "--format", ""), ["pt", "legacy", "safetensors"])
        self.assertEqual(self.words("save", "--dtype", "b"), ["bfloat16"])
        self.assertEqual(self.words("eval", "--threads", ""), ["auto"])
        self.assertEqual(self.words("completion", ""), ["bash", "zsh", "fish"])
        for option, value in (
            ("--recipe", "handwriting"), ("--schedule", "onecycle"), ("--keep", "best"),
            ("--optimizer", "adamw"), ("--precision", "bf16"), ("--device", "cuda"),
        ):
            self.assertIn(value, self.words("train", option, ""), option)

    def test_files_and_folders(self):
        self.assertEqual(self.candidates("eval", "--model", "")[0], "files")
        self.assertEqual(self.candidates("eval", "--model=x")[0], "files")
        self.assertEqual(self.candidates("predict", "--model", "m", "x")[0], "files")
        self.assertEqual(self.candidates("predict", "x", "y")[0], "files")
        self.assertEqual(self.candidates("load", "--", "-")[0], "files")
        self.assertEqual(self.candidates("--config", "")[0], "files")
        self.assertEqual(self.candidates("eval", "--data", "")[0], "files")
        self.assertEqual(self.candidates("predict", "--save-input", "")[0], "folders")
        self.assertEqual(self.candidates("eval", "--batch-size", ""), ("words", []))


class ShellTest(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "a model's.pt").touch()
        (self.folder / "a folder").mkdir()
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

    def test_descriptions_with_apostrophes_are_text(self):
        lines = self.shell(
            "fish", "--no-config", text="mlpctl completion fish | source\ncomplete -C 'mlpctl comp'\n"
        )
        self.assertEqual(len(lines), 1)
        self.assertIn("a shell's completion script", lines[0])


@needs("zsh")
class Zsh(ShellTest):
    """At a terminal, because that is where zsh completes."""

    def type(self, *keys, start=""):
        main, terminal = pty.openpty()
        process = subprocess.Popen(
            ["zsh", "-f", "-i"], stdin=terminal, stdout=terminal, stderr=terminal,
            env=self.env | {"TERM": "dumb", "PS1": "ready> "}, cwd=self.folder, start_new_session=True,
        )
        os.close(terminal)
        self.addCleanup(os.close, main)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.seen = ""
        self.wait(main, "ready> ")
        os.write(main, f"PS1='ready> '; {start}source <(mlpctl completion zsh); echo sour''ced\n".encode())
        self.wait(main, "sourced")
        for key, expected in keys:
            self.seen = ""
            os.write(main, key.encode())
            self.wait(main, expected, 60)

    def wait(self, main, expected, timeout=240):
        end = time.monotonic() + timeout
        while expected not in self.seen:
            if time.monotonic() > end or not select.select([main], [], [], end - time.monotonic())[0]:
                self.fail(f"{expected!r} did not come, but {self.seen!r}")
            self.seen += os.read(main, 4096).decode(errors="replace")

    def test_before_compinit_has_run_and_after_global_options(self):
        self.type(
            ("mlpctl -v tr\t", "train "),
            ("--opt\t", "--optimizer "),
            ("sg\t", "sgd "),
            ("--keep=be\t", "--keep=best"),
        )

    def test_after_compinit_has_run(self):
        self.type(("mlpctl ev\t", "eval "), ("--model 'a m\t", "a model'\\''s.pt"),
                  start="autoload -Uz compinit; compinit -u; ")


if __name__ == "__main__":
    unittest.main()
