"""Help, version, wrong usage, and the places options come from."""

import os
import unittest

from support import ProgramTest

COMMANDS = ["save", "load", "eval", "predict", "train", "completion"]


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
        self.assertEqual(self.done("--version"), f"mlpctl {os.environ['TEST_VERSION']}\n")


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
