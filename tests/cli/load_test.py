"""save and load: every exit code, what goes to which stream, and that nothing wrong is written."""

import json
import unittest

from support import ProgramTest, run

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
        for name in ("a.pt", "b.pth", "c.safetensors"):
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
            ["save", "--init", "--out", self.folder / "x.onnx"],
            ["save", "--init", "--out", self.folder / "x.pt", "--dtype", "int8"],
            ["save", "--init", "--out", self.folder / "x.pt", "--format", "onnx"],
            ["save", "--init"],
            ["load"],
            ["load", self.file, "--list", "--diff", self.file],
        ):
            with self.subTest(arguments=arguments):
                self.refused(2, *arguments)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["fresh.pt"])

    def test_names_in_a_file_cannot_drive_the_terminal(self):
        header = json.dumps({"\x1b\x9b[2Jw": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
        file = self.folder / "odd.safetensors"
        file.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))
        for arguments in (["load", file], ["load", file, "--list"]):
            result = run(*arguments)
            for control in "\x1b\x9b":
                self.assertNotIn(control, result.stdout + result.stderr)
            self.assertIn("[2Jw", result.stdout)


if __name__ == "__main__":
    unittest.main()
