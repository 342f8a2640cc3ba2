"""save and load: every exit code, what goes to which stream, and that nothing wrong is written."""

import json
import os
import unittest

from support import ProgramTest, run, with_record

ENTRIES = ["layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias",
           "layers.4.weight", "layers.4.bias", "layers.6.weight", "layers.6.bias"]


class LoadAndSave(ProgramTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "fresh.pt"
        self.done("save", "--init", "--seed", 5, "--out", self.file)

    def test_the_report_is_one_json_object_on_stdout(self):
        report = json.loads(self.done("load", self.file, "--json"))
        self.assertEqual(report["file"], str(self.file))
        self.assertEqual(report["format"], "PyTorch zip")
        self.assertIs(report["fits"], True)
        self.assertEqual(report["parameters"], 1034264)
        self.assertEqual([tensor["name"] for tensor in report["tensors"]], ENTRIES)
        self.assertEqual(report["tensors"][0]["shape"], [5, 1, 3, 3])
        for key in ("missing", "unexpected", "mismatched"):
            self.assertEqual(report[key], [])

    def test_the_table_names_every_tensor_and_the_total(self):
        table = self.done("load", self.file)
        for name in ENTRIES:
            self.assertIn(name, table)
        self.assertIn("1034264 parameters", table)

    def test_the_seed_alone_decides_the_bytes(self):
        again, other = self.folder / "again.pth", self.folder / "other.pt"
        self.done("save", "--init", "--seed", 5, "--out", again)
        self.done("save", "--init", "--seed", 6, "--out", other)
        self.assertEqual(again.read_bytes(), self.file.read_bytes())
        self.assertNotEqual(other.read_bytes(), self.file.read_bytes())

    def test_every_format_comes_back_the_same(self):
        for name in ("a.pt", "b.pth", "c.safetensors", "e.onnx"):
            self.done("save", "--from", self.file, "--out", self.folder / name)
            self.done("load", self.file, "--diff", self.folder / name)
        self.done("save", "--from", self.file, "--out", self.folder / "d", "--format", "legacy")
        self.done("load", self.file, "--diff", self.folder / "d")

    def test_a_difference_is_told_with_exit_1(self):
        other = self.folder / "other.pt"
        self.done("save", "--init", "--seed", 6, "--out", other)
        result = run("load", self.file, "--diff", other, "--json")
        self.assertEqual(result.returncode, 1)
        differences = json.loads(result.stdout)["differences"]
        self.assertEqual([each["name"] for each in differences], ENTRIES)
        self.assertGreater(differences[0]["max_absolute"], 0)

    def test_half_precision_is_listed_as_such(self):
        half = self.folder / "half.safetensors"
        self.done("save", "--from", self.file, "--out", half, "--dtype", "float16")
        listing = json.loads(self.done("load", half, "--list", "--json"))
        self.assertEqual({entry["dtype"] for entry in listing["entries"]}, {"float16"})
        self.assertEqual(listing["bytes"], 2 * 1034264)
        self.assertIn("converted to float32", self.done("load", half))

    def test_only_a_state_file_is_replaced_without_force(self):
        notes = self.folder / "notes.pt"
        notes.write_text("the only copy")
        self.refused(1, "save", "--init", "--out", notes)
        self.assertEqual(notes.read_text(), "the only copy")
        self.done("save", "--init", "--out", notes, "--force")
        self.done("save", "--init", "--out", notes)

    def test_wrong_usage(self):
        for arguments in (
            ["save", "--out", self.folder / "x.pt"],
            ["save", "--init", "--from", self.file, "--out", self.folder / "x.pt"],
            ["save", "--init", "--out", self.folder / "x.gguf"],
            ["save", "--init", "--out", self.folder / "x.pt", "--dtype", "int8"],
            ["save", "--init", "--out", self.folder / "x.pt", "--format", "gguf"],
            ["save", "--init", "--out", self.folder / "x.pt", "--folded"],
            ["save", "--init"],
            ["load"],
            ["load", self.file, "--list", "--diff", self.file],
        ):
            with self.subTest(arguments=arguments):
                self.refused(2, *arguments)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["fresh.pt"])

    def test_the_report_shows_every_field(self):
        half, lent = self.folder / "half.pt", self.folder / "lent.pt"
        self.done("save", "--from", self.file, "--out", half, "--dtype", "float16")
        classes = [f"kind {n}" for n in range(10)]
        record = json.dumps({"classes": classes, "preprocess": "none", "training": {"seed": 5}})
        with_record(half, lent, record)
        report = json.loads(self.done("load", lent, "--json"))
        self.assertEqual(
            list(report),
            ["file", "format", "fits", "parameters", "tensors", "missing", "unexpected",
             "mismatched", "found_at", "stripped", "added", "passed_over", "info"],
        )
        self.assertEqual(report["info"], json.loads(record))
        for tensor in report["tensors"]:
            self.assertEqual(list(tensor), ["name", "shape", "dtype", "sha256"])
            self.assertEqual(tensor["dtype"], "float16")
            self.assertRegex(tensor["sha256"], "^[0-9a-f]{64}$")
        lines = self.done("load", lent).splitlines()
        self.assertEqual(
            lines[:4],
            [f"{lent}: PyTorch zip, fits", "classes: " + ", ".join(classes), "preprocess: none",
             "seed: 5"],
        )
        self.assertEqual(
            lines[4].split(),
            ["name", "shape", "dtype", "parameters", "min", "max", "sha256", "(first", "16)"],
        )
        for line, tensor in zip(lines[5:13], report["tensors"], strict=True):
            self.assertTrue(line.startswith(tensor["name"] + " "), line)
            self.assertTrue(line.endswith(tensor["sha256"][:16]), line)
        self.assertEqual(
            lines[13:],
            ["total: 1034264 parameters, converted to float32; the network is filled and in eval"
             " mode"],
        )

    def test_a_record_of_any_shape_is_shown(self):
        file = self.folder / "odd.pt"
        for training, lines in (
            ({"a": {"b": 1}}, ['a: {"b":1}']),
            ({"a": "x", "b": "", "c": None}, ["a: x", "b: ", "c: null"]),
            ({"\x1b[2J": "\u202e"}, ["\\x1b[2J: \\u{202e}"]),
            ({}, []),
            ("x", ["training: x"]),
            ([[1]], ["training: [[1]]"]),
            (5, ["training: 5"]),
        ):
            with self.subTest(training=training):
                with_record(self.file, file, json.dumps({"training": training}))
                report = json.loads(self.done("load", file, "--json"))
                self.assertEqual(report["info"]["training"], training)
                text = self.done("load", file).splitlines()
                self.assertEqual(text[1 : 1 + len(lines)], lines)
                self.assertTrue(text[1 + len(lines)].startswith("name "), text)

    def test_a_state_that_does_not_fit_is_reported_with_exit_1(self):
        header = {
            name: {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]}
            for i, name in enumerate(("layers.0.bias", "other"))
        }
        file = self.folder / "odd.safetensors"
        text = json.dumps(header).encode()
        file.write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
        result = run("load", file, "--json")
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(file), result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual(
            list(report),
            ["file", "format", "fits", "parameters", "tensors", "missing", "unexpected",
             "mismatched", "found_at"],
        )
        self.assertIs(report["fits"], False)
        self.assertEqual((report["parameters"], report["tensors"]), (0, []))
        self.assertEqual(report["missing"], [n for n in ENTRIES if n != "layers.0.bias"])
        self.assertEqual(report["unexpected"], ["other"])
        self.assertEqual(
            report["mismatched"],
            [{"name": "layers.0.bias", "wanted": "[5] float", "found": "[1] float32"}],
        )
        lines = run("load", file).stdout.splitlines()
        self.assertEqual(lines[0], f"{file}: safetensors, does not fit")
        self.assertEqual(lines[1].split(), ["problem", "name", "wanted", "found"])
        self.assertEqual(
            [line.split()[:2] for line in lines[2:]],
            [["missing", name] for name in report["missing"]]
            + [["unexpected", "other"], ["mismatched", "layers.0.bias"]],
        )

    def test_the_list_shows_every_kind_of_entry(self):
        listing = json.loads(self.done("load", self.file, "--list", "--json"))
        self.assertEqual(
            list(listing),
            ["file", "format", "entries", "unbuilt", "metadata", "tensor_count", "elements", "bytes",
             "storages", "storage_bytes"],
        )
        self.assertEqual([entry["name"] for entry in listing["entries"]], ENTRIES)
        self.assertEqual(
            listing["entries"][0],
            {"name": "layers.0.weight", "kind": "tensor", "shape": [5, 1, 3, 3],
             "dtype": "float32", "bytes": 180, "storage_bytes": 180},
        )
        self.assertEqual((listing["tensor_count"], listing["elements"]), (8, 1034264))
        lines = self.done("load", self.file, "--list").splitlines()
        self.assertEqual(lines[0], f"{self.file}: PyTorch zip, 8 tensors, 1034264 elements, 4137056 bytes")
        self.assertEqual(lines[1:4], ["layers", "  0", "    weight  [5, 1, 3, 3] float32 180 bytes"])

    def test_what_a_command_can_do_follows_what_is_wrong(self):
        picture = self.folder / "picture.pt"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n")
        self.assertIn("a PNG picture, not a state file", self.refused(1, "load", picture))
        self.assertIn("mlpctl predict takes pictures", self.refused(1, "load", picture))
        header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
        other = self.folder / "other.safetensors"
        other.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))
        for arguments in (["eval", "--model", other], ["save", "--fit", "--from", other, "--out", picture]):
            message = self.refused(1, *arguments)
            self.assertIn("8 missing", message)
            self.assertIn("mlpctl load --list shows what the file holds", message)

    def test_names_in_a_file_cannot_drive_the_terminal(self):
        name = "\x1b\x9b[2J\u202ew\u2066\ufeff"
        header = json.dumps({
            name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
            "__metadata__": {name: name},
        })
        file = self.folder / (name + ".safetensors")
        file.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))
        for options in ([], ["--list"], ["--json"], ["--list", "--json"], ["--diff", self.file],
                        ["--diff", self.file, "--json"]):
            with self.subTest(options=options):
                result = run("load", file, *options)
                for control in name.replace("[2J", "").replace("w", ""):
                    self.assertNotIn(control, result.stdout + result.stderr)
                if "--json" in options:
                    self.assertIn(str(file), json.loads(result.stdout).values())
                else:
                    self.assertIn("\\x1b\\u{9b}[2J\\u{202e}w", result.stdout)
        self.assertIn("\\u{202e}", self.refused(1, "load", self.folder / (name + ".pt")))
        written = run("save", "--init", "--out", self.folder / (name + ".pt"))
        self.assertEqual(written.returncode, 0)
        self.assertIn("wrote ", written.stderr)
        self.assertIn("\\u{202e}", written.stderr)
        self.assertNotIn("\x1b", written.stderr)

    def test_a_name_that_is_not_utf_8_is_shown_and_json_stays_valid(self):
        file = os.fsencode(self.folder) + b"/l\xe9.pt"
        result = run("save", "--init", "--out", os.fsdecode(file))
        self.assertIn("l\\xe9.pt", result.stderr)
        self.assertIn("l\\xe9.pt", self.done("load", os.fsdecode(file)))
        for option in ([], ["--list"], ["--diff", self.file]):
            result = run("load", os.fsdecode(file), "--json", *option)
            answer = json.loads(result.stdout)
            name = answer.get("file", answer.get("first"))
            self.assertTrue(name.endswith("/l\ufffd.pt"), name)


if __name__ == "__main__":
    unittest.main()
