"""Runs the reader over files of every producer and compares each tensor bit by bit with PyTorch's
own view, or requires the clean refusal; a payload that ran would leave a canary behind."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import torch
except ImportError:
    sys.exit("PyTorch cannot be imported: run scripts/setup.sh, or set MLPCTL_PYTHON for CMake")

import make_state_files

DUMP_STATE = os.environ["DUMP_STATE"]
MOST_SECONDS, MOST_KILOBYTES = 2.0, 300 * 1024
SANITIZED = "asan" in DUMP_STATE


# A process's memory is counted from that of the one that starts it, so a small one starts it.
LAUNCHER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
with open(sys.argv[1], "a") as peaks:
    print(usage.ru_maxrss, file=peaks)
sys.exit(os.waitstatus_to_exitcode(status))
"""
PEAKS = tempfile.NamedTemporaryFile("r")


def dump(path, *options):
    command = [sys.executable, "-S", "-c", LAUNCHER, PEAKS.name, DUMP_STATE, *options, str(path)]
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    return done, time.monotonic() - begin


class StateFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.canary = cls.folder / "canary"
        cls.cases = make_state_files.make(cls.folder, cls.canary)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def tearDown(self):
        self.assertFalse(self.canary.exists(), "a payload was executed")
        peaks = list(map(int, PEAKS.read().split()))
        self.assertGreater(len(peaks), 0)
        if not SANITIZED:
            self.assertLess(max(peaks), MOST_KILOBYTES)

    def test_valid_files_read_as_pytorch_wrote_them(self):
        for case in self.cases:
            if case.tensors is None:
                continue
            with self.subTest(case.name):
                done, _ = dump(self.folder / case.name)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                found = json.loads(done.stdout)
                by_name = lambda entry: entry["name"]
                self.assertEqual(
                    sorted(found["tensors"], key=by_name), sorted(case.tensors, key=by_name)
                )
                names = {entry["name"] for entry in found["unbuilt"]}
                self.assertLessEqual(set(case.unbuilt), names)

    def test_other_files_are_refused_in_one_sentence(self):
        for case in self.cases:
            if case.tensors is not None:
                continue
            with self.subTest(case.name):
                path = self.folder / case.name
                done, seconds = dump(path)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                error = json.loads(done.stdout)["error"]
                self.assertTrue(error.startswith(str(path) + ": "), error)
                self.assertIn(case.refusal, error)
                self.assertNotIn("\n", error)
                if not SANITIZED:
                    self.assertLess(seconds, MOST_SECONDS)
                if case.listed:
                    done, _ = dump(path, "--list")
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
