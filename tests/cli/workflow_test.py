"""Runs the steps of the README's workflow as a runner does, but for what installs the packages, which
scripts/try-package.sh runs on a bare system."""

import os
import pathlib
import re
import subprocess
import unittest

from support import PROGRAM, ROOT, ProgramTest, environment, write_set
from workflow import steps, workflow


class Workflow(ProgramTest):
    def setUp(self):
        super().setUp()
        write_set(self.folder / "data" / "mnist", train=4000)
        self.summary = self.folder / "summary.md"

    def run_step(self, script):
        path = os.pathsep.join([str(pathlib.Path(PROGRAM).parent), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder, env=environment(PATH=path, GITHUB_STEP_SUMMARY=str(self.summary)),
            capture_output=True, text=True, check=False,
        )

    def test_every_step_is_found(self):
        self.assertEqual(len(steps()), workflow().count("run: "))
        self.assertEqual(re.search(r"shell: (.*)", workflow())[1], "bash")
        commands = "".join(script for _, script in steps())
        for words in ("mlpctl train", "--min-accuracy", "GITHUB_STEP_SUMMARY", "apt-get install"):
            self.assertIn(words, commands)

    def test_its_steps_run_and_leave_what_is_kept(self):
        for name, script in steps()[1:]:
            result = self.run_step(script)
            self.assertEqual(result.returncode, 0, f"{name}: {result.stdout}{result.stderr}")
        kept = re.search(r"path: \|\n((?: +\S+\n)+)", workflow())[1].split()
        for name in kept:
            self.assertGreater((self.folder / name).stat().st_size, 0, name)
        self.assertIn("accuracy", self.summary.read_text())

    def test_a_model_that_is_too_bad_fails_it_and_is_reported_all_the_same(self):
        self.model("mlp.pt")
        scripts = dict(steps())
        self.assertEqual(self.run_step(scripts["Measure"]).returncode, 3)
        self.assertEqual(self.run_step(scripts["Report"]).returncode, 0)
        self.assertRegex(self.summary.read_text(), r"\d %")

    def test_the_package_is_named_as_it_is_made(self):
        version = os.environ["TEST_VERSION"]
        self.assertIn(f"./mlpctl_{version}_amd64.deb", workflow())
        self.assertIn(f"./mlpctl_{version}_amd64.deb", (ROOT / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()
