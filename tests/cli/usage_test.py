"""Help, version, wrong usage, and the places options come from."""

import os
import pathlib
import re
import subprocess
import unittest

from support import ROOT, ProgramTest

COMMANDS = ["save", "load", "eval", "predict", "train", "completion", "version", "help"]


class Help(ProgramTest):
    def test_help_names_every_command_and_the_exit_codes(self):
        text = self.done("--help")
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", text)
        self.assertIn("Exit status: 0 done", text)
        self.assertIn("MLPCTL_", text)
        self.assertIn("--config", text)

    def test_every_command_has_help_without_a_terminal_s_codes(self):
        for command in COMMANDS:
            text = self.done(command, "--help")
            self.assertIn("Usage: mlpctl", text)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\r", text)

    def test_the_version_is_the_build_s(self):
        version = f"mlpctl {os.environ['TEST_VERSION']}"
        for arguments in (["--version"], ["-V"], ["version"], ["-v", "version"]):
            self.assertEqual(self.done(*arguments).splitlines()[0], version)

    def test_the_version_tells_commit_libtorch_and_processor(self):
        lines = dict(line.split(maxsplit=1) for line in self.done("--version").splitlines())
        self.assertEqual(list(lines), ["mlpctl", "commit", "LibTorch", "processor"])
        self.assertRegex(lines["commit"], r"^([0-9a-f]{10} of \d{4}-\d\d-\d\d(, changed)?|unknown)$")
        # Others may have come since the build.
        git = ["git", "-C", ROOT, "merge-base", "--is-ancestor", lines["commit"].split()[0], "HEAD"]
        if lines["commit"] != "unknown":
            self.assertEqual(subprocess.run(git, check=False).returncode, 0, lines["commit"])
        flags = pathlib.Path("/proc/cpuinfo").read_text()
        best = "AVX-512" if "avx512vl" in flags else "AVX2 and FMA" if "avx2" in flags else "S"
        self.assertIn(best, lines["processor"])
        if os.environ["TEST_TRAINS"] == "ON":
            self.assertIn(os.environ["TEST_LIBTORCH"], lines["LibTorch"])
        else:
            self.assertIn("does not train", lines["LibTorch"])

    @unittest.skipUnless(os.environ["TEST_TRAINS"] == "ON", "built without LibTorch")
    def test_the_version_says_why_there_is_no_libtorch(self):
        named = self.done("--libtorch", self.folder, "--version")
        self.assertIn(f"none: --libtorch {self.folder}: there is no libtorch_cpu.so", named)
        self.assertIn("pip install torch==", named)
        self.assertEqual(self.done("version", env={"LIBTORCH": str(self.folder)}),
                         named.replace("--libtorch ", "LIBTORCH ", 1))
        (self.folder / "torch" / "lib").mkdir(parents=True)
        (self.folder / "torch" / "lib" / "libtorch_cpu.so").touch()
        (self.folder / "torch" / "version.py").write_text("__version__ = '2.99.1+cpu'\n")
        other = self.done("--libtorch", self.folder, "--version")
        self.assertIn("LibTorch   none: mlpctl was built with LibTorch", other)
        self.assertIn("has 2.99", other)

    def test_help_is_a_command_too(self):
        self.assertEqual(self.done("help"), self.done("--help"))
        for command in COMMANDS:
            if command != "help":
                self.assertEqual(self.done("help", command), self.done(command, "--help"))
        self.assertIn("did you mean 'predict'", self.refused(2, "help", "preditc"))
        self.assertIn("did you mean 'help'", self.refused(2, "hlep"))
        self.assertIn("did you mean 'version'", self.refused(2, "versoin"))

    def test_the_help_speaks_of_no_types_of_the_parser(self):
        for command in COMMANDS:
            text = self.done(command, "--help")
            for word in ("INT", "FLOAT", "TEXT", "UINT", "NONNEGATIVE", "Env:", "skeleton", "Excludes"):
                self.assertNotIn(word, text)
            self.assertLessEqual(max(map(len, text.splitlines())), 110)

    def test_every_value_has_a_default_or_is_required(self):
        for command in ("train", "save", "load", "eval", "predict"):
            text = re.sub(r"\n {20,}", " ", self.done(command, "--help"))
            for line in text.splitlines():
                found = re.match(r"  (--[a-z-]+) \S", line)
                if found is None or not re.match(r"  --[a-z-]+ [A-Za-z]\S* ", line):
                    continue
                if re.match(r"  --[a-z-]+  ", line):
                    continue
                self.assertRegex(line, r"default: |\(required\)", f"{command}: {line}")


class WrongUsage(ProgramTest):
    def test_no_command_at_all(self):
        self.assertIn("--help", self.refused(2))

    def test_a_mistyped_command_is_recognised(self):
        for typed, meant in (("evla", "eval"), ("sav", "save"), ("preditc", "predict")):
            self.assertIn(f"did you mean '{meant}'", self.refused(2, typed).lower())

    def test_a_mistyped_option_is_recognised(self):
        message = self.refused(2, "eval", "--modell", "m.pt")
        self.assertIn("did you mean --model", message.lower())

    def test_a_mistyped_word_cannot_drive_the_terminal(self):
        for arguments in (["ev\x1b[2Jal"], ["eval", "--\x1b[2J"], ["eval", "--model", "m", "\u202e"]):
            message = self.refused(2, *arguments)
            self.assertNotRegex(message, "[\x1b\u202e]")
            self.assertRegex(message, r"\\x1b\[2J|\\u\{202e\}")

    def test_missing_and_surplus_and_bad_values(self):
        model = self.model()
        self.refused(2, "eval")
        self.refused(2, "eval", "--model")
        self.refused(2, "eval", "--model", model, "surplus")
        self.refused(2, "eval", "--model", model, "--split", "half")
        self.refused(2, "eval", "--model", model, "--min-accuracy", "1.5")
        self.refused(2, "eval", "--model", model, "--min-accuracy", "much")
        for threads in ("0", "-1", "many", "99999999999999999999", ""):
            self.refused(2, "eval", "--model", model, "--threads", threads)


class OptionSources(ProgramTest):
    """The data folder's name in the message tells which source won."""

    def searched(self, *arguments, **options):
        message = self.refused(1, "eval", "--model", self.model(), *arguments, **options)
        return message.removeprefix("mlpctl: ").split(":")[0]

    def test_an_environment_variable_sets_an_option(self):
        self.assertEqual(self.searched(env={"MLPCTL_DATA": "from-env"}), "from-env")

    def test_a_file_sets_options_and_the_environment_and_the_command_line_come_first(self):
        config = self.folder / "settings.toml"
        config.write_text('[eval]\ndata = "from-file"\n')
        self.assertEqual(self.searched("--config", config), "from-file")
        env = {"MLPCTL_DATA": "from-env"}
        self.assertEqual(self.searched("--config", config, env=env), "from-env")
        self.assertEqual(
            self.searched("--config", config, "--data", "from-line", env=env), "from-line"
        )

    def test_the_environment_may_name_the_file(self):
        config = self.folder / "settings.toml"
        config.write_text('data = "from-file"\n')
        other = self.folder / "other.toml"
        other.write_text('data = "from-other"\n')
        env = {"MLPCTL_CONFIG": str(config)}
        self.assertEqual(self.searched(env=env), "from-file")
        self.assertEqual(self.searched("--config", other, env=env), "from-other")
        self.assertEqual(self.searched(f"--config={other}", env=env), "from-other")
        env = {"MLPCTL_CONFIG": str(self.folder / "none.toml")}
        self.assertIn("none.toml", self.refused(2, "eval", "--model", self.model(), env=env))

    def config_error(self, text):
        config = self.folder / "settings.toml"
        config.write_text(text)
        message = self.refused(2, "eval", "--model", self.model(), "--config", config)
        return message.removeprefix(f"mlpctl: {config}, ").splitlines()[0]

    def test_broken_toml_names_line_and_column(self):
        for text, place in (
            ('[eval]\ndata = "x\n', "line 2, column "),
            ("[eval]\ndata = 'x", "line 2, column "),
            ("threads = 1\nthreads = 2\n", "line 2, column 1"),
            ("[eval]\njson = true\n[eval]\n", "line 3, column "),
            ("threads 2\n", "line 1, column 9"),
            ("threads = \n", "line 1, column "),
            ("[eval\n", "line 1, column "),
            ("threads = 1 2\n", "line 1, column "),
            ("\0\1\2", "line 1, column 1"),
        ):
            self.assertTrue(self.config_error(text).startswith(place), self.config_error(text))

    def test_a_folder_is_no_settings(self):
        message = self.refused(2, "eval", "--model", self.model(), "--config", self.folder)
        self.assertIn(f"{self.folder}: is a folder", message)

    def test_wrong_keys_and_types_name_line_and_column(self):
        for text, place, words in (
            ("[eval]\njson = true\nno_such = 3\n", "line 3, column 1:", "no_such"),
            ("[evla]\n", "line 1, column ", "did you mean 'eval'"),
            ("[predict]\nspilt = true\n", "line 2, column ", "did you mean 'split'"),
            ("batch-size = true\n", "line 1, column 14", "true or false"),
            ("batch-size = 'many'\n", "line 1, column 14", "many"),
            ("batch-size = 1.5\n", "line 1, column 14", "1.5"),
            ("batch-size = 0\n", "line 1, column 14", "0"),
            ("batch-size = [1, 2]\n", "line 1, column 14", "a list"),
            ("[eval]\ndata = 5\n", "line 2, column 8", "a number"),
            ("[eval]\njson = 'yes'\n", "line 2, column 8", "takes true or false"),
            ("[eval]\nsplit = 'half'\n", "line 2, column 9", "half"),
            ("[eval]\nmin-accuracy = 2024-01-01\n", "line 2, column 16", "date"),
            ("[eval.data]\nx = 1\n", "line 1, column ", "table"),
            ("[eval]\nx.y = 1\n", "line 2, column 1:", "unknown key 'x'"),
            ("eval = 3\n", "line 1, column 1:", "'eval' is a command"),
            ("[[eval]]\njson = true\n", "line 1, column ", "'eval' is a command"),
            ("[predict]\n\ntop = true\n", "line 3, column 7", "a number"),
            ("config = 'other.toml'\n", "line 1, column 1:", "unknown key 'config'"),
            ("help-all = true\n", "line 1, column 1:", "unknown key 'help-all'"),
        ):
            message = self.config_error(text)
            self.assertTrue(message.startswith(place), message)
            self.assertIn(words, message)

    def test_a_command_s_own_section_comes_before_what_is_for_all(self):
        config = self.folder / "settings.toml"
        config.write_text('data = "for-all"\r\n[eval]\r\ndata = "for-eval"\r\n')
        self.assertEqual(self.searched("--config", config), "for-eval")

    def test_a_file_that_is_missing_or_no_settings_or_has_unknown_names_is_refused(self):
        config = self.folder / "settings.toml"
        model = self.model()
        self.assertIn("settings.toml", self.refused(2, "eval", "--model", model, "--config", config))
        config.write_text("[eval]\nno_such_option = 3\n")
        self.assertIn(
            "no_such_option", self.refused(2, "eval", "--model", model, "--config", config)
        )


if __name__ == "__main__":
    unittest.main()
