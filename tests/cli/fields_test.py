"""app/README.md names every field that the program prints as JSON, and no other."""

import json
import os
import re
import unittest
import zipfile

from support import ROOT, ProgramTest, run, with_record, write_set

TRAINS = os.environ["TEST_TRAINS"] == "ON"
# What stands below these is the file's own.
FOREIGN = {"metadata", "info.training", "entries[].value"}


def documented():
    """The fields of each section's table."""
    text = (ROOT / "app" / "README.md").read_text()
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0]: set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
        for section in sections
    }


def fields(value, path=""):
    if path in FOREIGN:
        return set()
    found = set()
    if isinstance(value, dict):
        for name, below in value.items():
            inner = f"{path}.{name}" if path else name
            found |= {inner} | fields(below, inner)
    if isinstance(value, list):
        for below in value:
            found |= fields(below, path + "[]")
    return {name for name in found if not name.endswith("[]")}


def text(word):
    return b"X" + len(word).to_bytes(4, "little") + word


def tensor(kind, key, offset, *sizes):
    """What torch.save writes of a tensor in a storage of this kind."""
    storage = b"(" + text(b"storage") + b"ctorch\n" + kind + b"Storage\n" + text(key) + text(b"cpu") + b"K\x04tQ"
    tuples = b"".join(b"(" + b"".join(b"K" + bytes([n]) for n in numbers) + b"t"
                      for numbers in (sizes, [1] * len(sizes)))
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K" + bytes([offset]) + tuples + hooks + b"tR"


def foreign_state(path):
    """Tensors that share memory, a sparse one, a number and a class that is not built."""
    layout = b"ctorch.serialization\n_get_layout\n(" + text(b"torch.sparse_coo") + b"tR"
    parts = tensor(b"Long", b"1", 0, 1, 1) + tensor(b"Float", b"0", 0, 1) + b"(K\x04t\x89"
    entries = {
        b"a": tensor(b"Float", b"0", 0, 4),
        b"tied": tensor(b"Float", b"0", 0, 4),
        b"part": tensor(b"Float", b"0", 1, 2),
        b"sparse": b"ctorch._utils\n_rebuild_sparse_tensor\n(" + layout + b"(" + parts + b"ttR",
        b"step": b"K\x07",
        b"who": b"cmy.module\nClass\n)R",
    }
    body = b"".join(text(name) + value for name, value in entries.items())
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("foreign/data.pkl", b"\x80\x02}(" + body + b"u.")
        file.writestr("foreign/data/0", bytes(16))
        file.writestr("foreign/data/1", bytes(32))
        file.writestr("foreign/version", "3\n")
    return path


class Fields(ProgramTest):
    def printed(self, code, *arguments):
        result = run(*arguments, "--json")
        self.assertEqual(result.returncode, code, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 1)
        return fields(json.loads(lines[0]))

    def same(self, section, *printed):
        """Everything that is printed is in the table, and the other way round."""
        self.assertEqual(set().union(*printed), documented()[section], section)

    def test_load(self):
        model = self.model()
        other = self.folder / "other.pt"
        self.done("save", "--from", model, "--exclude", "layers.6.bias", "--dtype", "float64", "--out", other)
        outputs = [self.printed(0, "load", model), self.printed(1, "load", other)]
        mixed = self.folder / "mixed.pt"
        self.done("save", "--from", model, "--rename", "layers.6.bias=layers.6.weight2",
                  "--rename", "layers.0.bias=layers.6.bias", "--out", mixed)
        outputs.append(self.printed(1, "load", mixed))
        record = json.dumps({"training": {"data": "mnist"}})
        outputs.append(self.printed(0, "load", with_record(model, self.folder / "told.pt", record)))
        self.same("load", *outputs)

    def test_load_list(self):
        foreign = foreign_state(self.folder / "foreign.pt")
        self.same("load --list", self.printed(0, "load", "--list", self.model()),
                  self.printed(0, "load", "--list", "--hash", foreign))

    def test_load_diff(self):
        model, second = self.model(), self.folder / "second.pt"
        self.assertEqual(run("load", model, "--diff", model).returncode, 0)
        self.done("save", "--init", "--seed", 2, "--out", second)
        outputs = [self.printed(0, "load", model, "--diff", model), self.printed(1, "load", model, "--diff", second)]
        renamed = self.folder / "renamed.pt"
        self.done("save", "--from", model, "--rename", "layers.0.bias=layers.0.shift", "--out", renamed)
        outputs.append(self.printed(1, "load", model, "--diff", renamed))
        outputs.append(self.printed(0, "load", model, "--diff", renamed, "--like"))
        self.same("load --diff", *outputs)
        missing = run("load", model, "--diff", self.folder / "none.pt", "--json")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_train_and_its_log(self):
        data, log = write_set(self.folder / "data"), self.folder / "run.jsonl"
        files = ["--data", data, "--out", self.folder / "model.pt", "--log", log]
        self.same("train", self.printed(0, "train", *files, "--epochs", 2, "--log-steps", "--val-split", 50))
        events = {}
        for line in log.read_text().splitlines():
            event = json.loads(line)
            events.setdefault(event["event"], {}).update(event)
        self.assertEqual(set(events), {"start", "step", "epoch", "end"})
        for name in ("step", "epoch"):
            self.same(f"train --log: {name}", fields(events[name]))
        self.same("train", fields(events["end"]))

        known, start = documented()["train --log: start"], events["start"]
        self.assertLessEqual(known, set(start))
        settings = {name for name in start if name not in known | {"augment"}} | set(start["augment"])
        options = set(re.findall(r"^  --([a-z-]+)", self.done("train", "--help"), re.MULTILINE))
        for name in settings:
            flag = name.replace("_", "-")
            self.assertTrue(flag in options or f"no-{flag}" in options, name)
        self.done("train", *files, "--epochs", 1, "--no-augment")
        self.assertIsNone(json.loads(log.read_text().splitlines()[0])["augment"])


if __name__ == "__main__":
    unittest.main()
