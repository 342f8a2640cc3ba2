#!/usr/bin/env python3
"""load --scan: its answers, its exit codes, folders and standard input, and what hostile files cost."""

import gzip
import io
import json
import os
import pickle
import struct
import unittest
import zipfile

from support import ProgramTest, cost_of, run

ATTACK = b"\x80\x02cos\nsystem\nU\x02id\x85R."
NAMES = b"\x80\x02cargparse\nNamespace\n)\x81."
CALLS = b"\x80\x02csome.module\nfunction\n)R."
PLAIN = pickle.dumps({"a": [1, 2]}, 2)
MOST_MEMORY = 300 << 20
# Two on a quiet machine; a core that is shared with others' work counts more for the same.
MOST_SECONDS = 6


def zipped(*members, method=zipfile.ZIP_STORED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


class Scan(ProgramTest):
    def file(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def scan(self, *arguments, code=0, **options):
        result = run("load", "--scan", *arguments, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def test_each_verdict_has_its_exit_code(self):
        for name, data, verdict, code in (
            ("plain", PLAIN, "harmless", 0),
            ("names", NAMES, "needs code", 0),
            ("calls", CALLS, "may run code", 3),
            ("attack", ATTACK, "dangerous", 3),
        ):
            path = self.file(name, data)
            self.assertTrue(self.scan(path, code=code).startswith(f"{path}: {verdict} (pickle)\n"), name)

    def test_says_what_is_called_and_where(self):
        path = self.file("a.pt", zipped(("a/data.pkl", ATTACK), ("a/version", b"3\n")))
        self.assertIn("calls os.system (a/data.pkl, byte 18): dangerous", self.scan(path, code=3))
        named = self.scan(self.file("b.pkl", NAMES))
        self.assertIn("names argparse.Namespace (byte 2)\n", named)
        self.assertNotIn("calls", named)

    def test_allow_sets_the_threshold_both_ways(self):
        calls, names = self.file("calls", CALLS), self.file("names", NAMES)
        self.scan(calls, "--allow", "may-run-code")
        self.scan(names, "--allow", "harmless", code=3)
        self.scan(self.file("attack", ATTACK), "--allow", "may-run-code", code=3)
        self.scan(self.file("attack", ATTACK), "--allow", "dangerous")
        self.scan(names, "--allow", "safe", code=2)

    def test_json(self):
        path = self.file("attack.pkl", ATTACK)
        answer = json.loads(self.scan(path, self.file("plain", PLAIN), "--json", code=3))
        self.assertEqual((answer["verdict"], answer["allowed"]), ("dangerous", False))
        first, second = answer["files"]
        self.assertEqual((first["file"], first["format"], first["verdict"]), (str(path), "pickle", "dangerous"))
        self.assertEqual(
            first["findings"][0],
            {"verdict": "dangerous", "act": "calls", "name": "os.system", "member": "", "offset": 18},
        )
        self.assertEqual((second["verdict"], second["findings"]), ("harmless", []))
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertEqual(json.loads(self.scan(empty, "--json"))["files"], [])

    def test_folders_and_standard_input(self):
        self.file("model/a/plain.pkl", PLAIN)
        self.file("model/b/deep/attack", ATTACK)
        os.mkfifo(self.folder / "model" / "pipe")
        out = self.scan(self.folder / "model", code=3)
        self.assertIn("deep/attack: dangerous", out)
        self.assertIn("plain.pkl: harmless", out)
        self.assertIn("2 files: 1 harmless, 1 dangerous", out)
        self.assertIn("-: dangerous", self.scan("-", code=3, input=ATTACK, text=False).decode())

    def test_a_missing_file_fails_and_the_others_are_looked_into(self):
        result = run("load", "--scan", self.folder / "none", self.file("plain", PLAIN))
        self.assertEqual(result.returncode, 1)
        self.assertIn("plain: harmless", result.stdout)
        self.assertIn("none", result.stderr)

    def test_what_is_compressed_is_named_and_never_harmless(self):
        for name, data, kind in (
            ("a.tar.gz", gzip.compress(PLAIN), "compressed with gzip"),
            ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), "7-Zip"),
            ("a.zip", zipped(("b.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60))), "7-Zip"),
        ):
            out = self.scan(self.file(name, data), code=3)
            self.assertIn("not looked into", out)
            self.assertIn(kind, out)

    def test_goes_with_neither_list_nor_diff(self):
        path = self.file("plain", PLAIN)
        self.scan(path, "--list", code=2)
        self.scan(path, "--diff", path, code=2)
        self.refused(2, "load", path, path)
        self.refused(2, "load", path, "--allow", "harmless")

    def test_names_cannot_drive_the_terminal(self):
        path = self.file("a", b"\x80\x02cm\n\x1b[31mred\n.")
        self.assertNotIn("\x1b", self.scan(path, code=0))

    @unittest.skipIf(os.environ.get("TEST_SANITIZED") == "ON", "sanitizers take memory of their own")
    def test_hostile_files_cost_little(self):
        many = 15 << 20
        memo = b"".join(b"N" + b"r" + struct.pack("<I", k * p) for p in (42043, 85229) for k in range(1, 42000))
        files = {
            "tuples": b"\x80\x02" + b"N\x85" * (many // 2),
            "nested": b"\x80\x02N" + b"\x85" * many,
            "memo": b"\x80\x04" + b"]\x94" * (many // 2),
            "sparse": b"\x80\x02" + memo,
            "globals": b"\x80\x02" + b"".join(b"cm\nn%d\n0" % i for i in range(many // 12)),
            "calls": b"\x80\x02" + b"cos\nsystem\n)R0" * (many // 14),
            "stream": b"N." * (many // 2),
            "protos": b"\x01" + b"\x80\x02" * (many // 2),
            "lines": b"\x01" + b"cos\nos\n" * (many // 7),
            "open_lines": b"\x01" + b"\x80\x02V" * (many // 3),
            "bomb": zipped(("a", b"\x80\x02" + b"N\x85" * (60 << 19)), method=zipfile.ZIP_DEFLATED),
            "bombs": zipped(*((str(i), bytes(30 << 20)) for i in range(9)), method=zipfile.ZIP_DEFLATED),
            "members": zipped(*((str(i), b"") for i in range(100_000))),
            "headers": b"PK\3\4" * (many // 4),
            "numbers": b"\x80\x02" + b"I1\n" * (many // 3),
        }
        for name, data in files.items():
            path = self.file(name, data)
            self.assertLess(len(data), 16 << 20, name)
            code, _, seconds, memory = cost_of("load", "--scan", path)
            self.assertIn(code, (0, 3), name)
            self.assertLess(memory, MOST_MEMORY, name)
            self.assertLess(seconds, MOST_SECONDS, name)


if __name__ == "__main__":
    unittest.main()
