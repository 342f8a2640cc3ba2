"""Runs the reader over files of every producer and compares each tensor bit by bit with PyTorch's
own view, or requires the clean refusal; a payload that ran would leave a canary behind."""

import json
import os
import pathlib
import sys
import tempfile
import unittest

try:
    import torch
except ImportError:
    sys.exit("PyTorch cannot be imported: run scripts/setup.sh, or set MLPCTL_PYTHON for CMake")

import make_state_files

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from measured import measured  # noqa: E402

DUMP_STATE = os.environ["DUMP_STATE"]
MOST_SECONDS, MOST_BYTES = 2.0, 300 << 20
SANITIZED = "asan" in DUMP_STATE

PEAKS = []


def dump(path, *options):
    """The run, and its seconds of processor."""
    done, seconds, memory = measured([DUMP_STATE, *options, path], capture_output=True, text=True)
    PEAKS.append(memory)
    return done, seconds


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

    def setUp(self):
        PEAKS.clear()

    def tearDown(self):
        self.assertFalse(self.canary.exists(), "a payload was executed")
        self.assertGreater(len(PEAKS), 0)
        if not SANITIZED:
            self.assertLess(max(PEAKS), MOST_BYTES)

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
