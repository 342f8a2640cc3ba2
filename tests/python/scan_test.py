#!/usr/bin/env python3
"""The scan's verdicts: attacks are named, harmless values are not accused, and what is called
harmless is what torch.load(weights_only=True) takes."""

import io
import json
import pickle
import subprocess
import unittest
import warnings

import torch

import make_state_files
import scan_cases
from support import MLPCTL, TempFolderTest

ABOVE_NEEDS_CODE = ("may run code", "dangerous")
MOST_MISSED_ATTACKS = 1
MOST_ACCUSED_VALUES = 2


def scan(*paths, allow="dangerous"):
    """{path: report}"""
    done = subprocess.run(
        [MLPCTL, "load", "--scan", *map(str, paths), "--json", "--allow", allow],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode not in (0, 3):
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return {report["file"]: report for report in json.loads(done.stdout)["files"]}


def reasons(report):
    return [f"{found['act']} {found['name']}: {found['verdict']}" for found in report["findings"]]


def worst_names(report):
    return " ".join(found["name"] for found in report["findings"] if found["verdict"] == report["verdict"])


def saved(value, **options):
    data = io.BytesIO()
    torch.save(value, data, **options)
    return data.getvalue()


def ways_to_save(name, value):
    """{file's name: bytes} as pickles and as torch.save writes them; nothing where neither can."""
    ways = {f"{name}_{protocol}.pkl": lambda p=protocol: pickle.dumps(value, p) for protocol in (0, 2, 4, 5)}
    ways |= {
        f"{name}.pt": lambda: saved(value),
        f"{name}_4.pt": lambda: saved(value, pickle_protocol=4),
        f"{name}.pth": lambda: saved(value, _use_new_zipfile_serialization=False),
    }
    files = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file, way in ways.items():
            try:
                files[file] = way()
            except (TypeError, AttributeError, pickle.PicklingError):
                continue
    return files


class Scan(TempFolderTest):
    def write(self, files):
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        reports = scan(self.folder)
        return {name: reports[str(self.folder / name)] for name in files}

    def test_attacks_are_dangerous_and_named(self):
        canary = self.folder / "canary"
        cases = scan_cases.attacks(canary)
        self.assertGreater(len(cases), 60)
        reports = self.write({name: data for name, (data, _) in cases.items()})
        missed = []
        for name, (_, named) in cases.items():
            report = reports[name]
            self.assertNotEqual(report["verdict"], "harmless", name)
            self.assertNotEqual(report["verdict"], "needs code", (name, reasons(report)))
            if report["verdict"] != "dangerous" or named not in worst_names(report):
                missed.append((name, report["verdict"], reasons(report)))
        self.assertLessEqual(len(missed), MOST_MISSED_ATTACKS * len(cases) // 49, missed)
        self.assertFalse(canary.exists())

    def test_harmless_values_are_not_accused(self):
        values = scan_cases.harmless_values()
        self.assertGreaterEqual(len(values), 105)
        files = {name: ways_to_save(name, value) for name, value in values.items()}
        reports = self.write({file: data for ways in files.values() for file, data in ways.items()})
        accused = {}
        for name, ways in files.items():
            self.assertTrue(ways, name)
            for file in ways:
                if reports[file]["verdict"] in ABOVE_NEEDS_CODE:
                    accused.setdefault(name, (file, reasons(reports[file])))
        self.assertLessEqual(len(accused), MOST_ACCUSED_VALUES, accused)

    def test_harmless_is_what_weights_only_takes(self):
        values = scan_cases.harmless_values()
        ways = [ways_to_save(name, value) for name, value in values.items()]
        files = {file: data for way in ways for file, data in way.items() if not file.endswith(".pkl")}
        reports = self.write(files)
        harmless = 0
        for name, report in reports.items():
            try:
                torch.load(io.BytesIO(files[name]), weights_only=True)
                taken = True
            except Exception:
                taken = False
            self.assertEqual(report["verdict"] == "harmless", taken, (name, reasons(report)))
            harmless += taken
        self.assertGreater(harmless, 30)

    def test_no_real_file_is_accused(self):
        folder = self.folder / "made"
        folder.mkdir()
        cases = make_state_files.make(folder, self.folder / "canary")
        reports = scan(folder)
        for case in cases:
            report = reports[str(folder / case.name)]
            if case.tensors is not None:
                self.assertIn(report["verdict"], ("harmless", "needs code"), (case.name, reasons(report)))
            elif "malicious" in case.refusal:
                self.assertEqual(report["verdict"], "dangerous", case.name)


if __name__ == "__main__":
    unittest.main()
