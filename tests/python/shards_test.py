"""Shards in and out as transformers has them, and files under the names of others."""

import json
import os
import pathlib
import unittest

import safetensors.torch
import torch
from torch import nn

from support import TempFolderTest, mlpctl, refused


def equal(test, found, wanted):
    test.assertEqual(sorted(found), sorted(wanted))
    for name, tensor in wanted.items():
        test.assertEqual(found[name].dtype, tensor.dtype, name)
        test.assertTrue(torch.equal(found[name], tensor), name)


class ShardTest(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.state = {f"layers.{i}.{part}": torch.randn(7, i + 1) for i in range(12) for part in "ab"}
        self.state["n"] = torch.arange(4)

    def shards(self, save, names, index):
        """Writes the state over files as the names say, and an index; the index's path."""
        weights = {}
        for i, name in enumerate(names):
            part = {key: value for j, (key, value) in enumerate(self.state.items()) if j % len(names) == i}
            save(part, self.path(name))
            weights |= {key: name for key in part}
        path = pathlib.Path(self.path(index))
        path.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weights}))
        return path

    def safetensors_shards(self):
        return self.shards(safetensors.torch.save_file, ["model-1.safetensors", "model-2.safetensors"],
                           "model.safetensors.index.json")

    def change(self, index, **changes):
        content = json.loads(index.read_text())
        content["weight_map"] |= changes
        content["weight_map"] = {k: v for k, v in content["weight_map"].items() if v is not None}
        index.write_text(json.dumps(content))

    def test_shards_are_merged(self):
        one = self.path("one.safetensors")
        mlpctl("save", "--from", self.safetensors_shards(), "--out", one)
        equal(self, safetensors.torch.load_file(one), self.state)
        index = self.shards(torch.save, ["p-1.bin", "p-2.bin", "p-3.bin"], "pytorch_model.bin.index.json")
        mlpctl("save", "--from", index, "--out", one)
        equal(self, safetensors.torch.load_file(one), self.state)

    def test_shards_are_listed_and_compared_as_one_file(self):
        index = self.safetensors_shards()
        listing = json.loads(mlpctl("load", "--list", "--json", index))
        self.assertEqual(listing["tensor_count"], 25)
        whole = self.path("whole.pt")
        torch.save(self.state, whole)
        mlpctl("load", index, "--diff", whole)

    def test_what_an_index_says_is_checked(self):
        for changes, sentence in (
            ({"more": "model-1.safetensors"}, "holds more, which it does not"),
            ({"layers.0.a": "model-2.safetensors"}, "holds layers.0.a, which it does not"),
            ({"layers.0.a": None}, "does not name layers.0.a, which model-1.safetensors holds"),
            ({"more": "model-3.safetensors"}, "no such file"),
            ({"more": "../model-1.safetensors"}, "not below its folder"),
            ({"more": "/etc/passwd"}, "not below its folder"),
            ({"more": 3}, "something that is no file"),
            ({"more": "model.safetensors.index.json"}, "names an index"),
        ):
            with self.subTest(sentence):
                index = self.safetensors_shards()
                self.change(index, **changes)
                self.assertIn(sentence, refused("load", "--list", index))
                out = self.path("x.pt")
                self.assertIn(sentence, refused("save", "--from", index, "--out", out))
                self.assertFalse(os.path.exists(out))

    def test_a_tensor_in_two_places_is_refused(self):
        index = self.safetensors_shards()
        first = safetensors.torch.load_file(self.path("model-1.safetensors"))
        second = safetensors.torch.load_file(self.path("model-2.safetensors"))
        second["layers.0.a"] = first["layers.0.a"]
        safetensors.torch.save_file(second, self.path("model-2.safetensors"))
        self.assertIn("and again in model-2.safetensors", refused("load", "--list", index))
        index = self.safetensors_shards()
        text = index.read_text().replace('"weight_map": {', '"weight_map": {"n": "model-1.safetensors", ')
        index.write_text(text)
        self.assertIn("names n twice", refused("load", "--list", index))

    def test_shards_are_written(self):
        self.state["tied"] = self.state["layers.11.a"]
        source = self.path("in.pt")
        torch.save(self.state | {"epoch": 3}, source)
        total = sum(t.numel() * t.element_size() for t in self.state.values()) - 7 * 12 * 4
        for out, load in (("model.safetensors", safetensors.torch.load_file), ("m.pt", torch.load)):
            mlpctl("save", "--from", source, "--out", self.path(out), "--max-shard-size", "1kB")
            index = json.loads(pathlib.Path(self.path(out + ".index.json")).read_text())
            self.assertEqual(index["metadata"], {"total_size": total})
            merged, files = {}, sorted(set(index["weight_map"].values()))
            stem, ending = out.rsplit(".", 1)
            count = len(files)
            self.assertGreater(count, 3)
            self.assertEqual(files, [f"{stem}-{i + 1:05}-of-{count:05}.{ending}" for i in range(count)])
            for file in files:
                part = {k: v for k, v in load(self.path(file)).items() if isinstance(v, torch.Tensor)}
                sizes = {v.data_ptr(): v.numel() * v.element_size() for v in part.values()}
                self.assertLessEqual(sum(sizes.values()), 1000)
                self.assertEqual({k for k, v in index["weight_map"].items() if v == file}, set(part))
                merged |= part
            wanted = dict(self.state)
            if out.endswith(".safetensors"):
                del wanted["tied"]
            equal(self, merged, wanted)
            back = self.path("back.pt")
            mlpctl("save", "--from", self.path(out + ".index.json"), "--out", back)
            whole = torch.load(back)
            self.assertEqual(whole.get("epoch"), 3 if out.endswith(".pt") else None)
            again = {k: v for k, v in whole.items() if isinstance(v, torch.Tensor)}
            equal(self, again, self.state)
            self.assertEqual(again["tied"].data_ptr(), again["layers.11.a"].data_ptr())
            mlpctl("save", "--from", source, "--out", self.path(out), "--max-shard-size", "2 KiB")

    def test_all_shards_appear_or_none(self):
        source = self.path("in.pt")
        torch.save(self.state, source)
        save = ["save", "--from", source, "--out", self.path("m.pt"), "--max-shard-size", "1kB"]
        mlpctl(*save)
        shards = sorted(set(os.listdir(self.folder)) - {"in.pt"})
        for name in shards:
            os.unlink(self.path(name))
        for name in (shards[-1], "m.pt.index.json"):
            pathlib.Path(self.path(name)).write_text("precious")
            self.assertIn(name, refused(*save))
            self.assertEqual(set(os.listdir(self.folder)), {"in.pt", name})
            os.unlink(self.path(name))
        self.state |= {f"more.{i}": torch.ones(3) for i in range(1000)}
        torch.save(self.state, source)
        save[-1] = "8"
        mlpctl(*save, code=2)
        self.assertEqual(os.listdir(self.folder), ["in.pt"])

    def test_a_shard_is_not_written_over_by_what_is_made_of_it(self):
        index = self.safetensors_shards()
        out = self.path("model-2.safetensors")
        before = pathlib.Path(out).read_bytes()
        mlpctl("save", "--from", index, "--out", out, code=2)
        self.assertEqual(pathlib.Path(out).read_bytes(), before)
        mlpctl("save", "--from", out, "--out", out, "--dtype", "float16", "--include", "*")

    def test_what_fits_one_shard_is_one_file(self):
        source = self.path("in.pt")
        torch.save(self.state, source)
        mlpctl("save", "--from", source, "--out", self.path("a.safetensors"), "--max-shard-size", "5GB")
        equal(self, safetensors.torch.load_file(self.path("a.safetensors")), self.state)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.safetensors", "in.pt"])
        for size in ("5", "0", "x", "5XB", "-1GB"):
            code = 0 if size == "5" else 2
            mlpctl("save", "--from", source, "--out", self.path("b.pt"), f"--max-shard-size={size}", code=code)


def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 2))


class LikeTest(TempFolderTest):
    def save(self, state, name):
        safetensors.torch.save_file(state, self.path(name)) if name.endswith("s") else torch.save(state, self.path(name))
        return self.path(name)

    def renamed(self, state, change):
        return {change(key): value for key, value in state.items()}

    def test_names_of_another_program(self):
        state = network().state_dict()
        numbers = {"0": "features.0.0", "1": "features.0.1", "3": "head.0", "4": "head.1"}
        change = lambda key: numbers[key[0]] + key[1:]
        other = self.save(self.renamed(network().state_dict(), change), "other.pt")
        for name in ("in.pt", "in.safetensors"):
            source = self.save(state, name)
            out = self.path("out.pt")
            table = mlpctl("save", "--from", source, "--like", other, "--out", out)
            equal(self, torch.load(out), self.renamed(state, change))
            self.assertEqual(list(torch.load(out)), list(torch.load(other)))
            self.assertRegex(table, r"0\.weight +features\.0\.0\.weight +\[4, 1, 3, 3\] +float32 +shape\n")
            self.assertRegex(table, r"1\.running_var +features\.0\.1\.running_var .* shape and end of name\n")
            mlpctl("load", source, "--diff", out, "--like")
            mlpctl("load", source, "--diff", other, "--like", code=1)
            mlpctl("load", source, "--diff", out, code=1)

    def test_every_doubt_is_shown(self):
        state = {"a.weight": torch.ones(3, 3), "a.bias": torch.ones(3), "b.weight": torch.zeros(3, 3),
                 "b.bias": torch.zeros(3), "c.weight": torch.ones(1, 3)}
        source = self.save(state, "in.pt")
        change = lambda key: f"net.{'abc'.index(key[0])}{key[1:]}"
        other = self.save(self.renamed(state, change), "other.pt")
        table = mlpctl("save", "--from", source, "--like", other, "--out", self.path("out.pt"))
        doubts = [line for line in table.splitlines() if "order alone" in line]
        self.assertEqual(len(doubts), 4)
        self.assertIn("could be b.weight", doubts[0])
        equal(self, torch.load(self.path("out.pt")), self.renamed(state, change))
        report = json.loads(mlpctl("load", source, "--diff", other, "--like", "--json"))
        self.assertEqual([pair["like"] for pair in report["pairs"] if pair["doubtful"]],
                         ["net.0.weight", "net.0.bias", "net.1.weight", "net.1.bias"])

    def test_order_counts_numbers_and_knows_parameters_before_buffers(self):
        state = {f"layers.{i}.w": torch.full((2,), float(i)) for i in range(12)}
        source = self.save(state, "in.safetensors")
        other = self.save({f"m{i}": torch.zeros(2) for i in range(12)}, "other.pt")
        mlpctl("save", "--from", source, "--like", other, "--out", self.path("out.pt"))
        found = torch.load(self.path("out.pt"))
        self.assertEqual([found[f"m{i}"][0].item() for i in range(12)], list(range(12)))
        norms = nn.Sequential(nn.BatchNorm1d(3), nn.BatchNorm1d(3))
        python = {key: torch.randn(3) if value.ndim else value for key, value in norms.state_dict().items()}
        parameters = dict(norms.named_parameters())
        order = [*parameters, *(key for key in python if key not in parameters)]
        source = self.save({"x." + key: python[key] for key in order}, "cpp.pt")
        other = self.save(norms.state_dict(), "python.pt")
        mlpctl("save", "--from", source, "--like", other, "--out", self.path("out.pt"))
        equal(self, torch.load(self.path("out.pt")), python)

    def test_what_does_not_pair_is_refused(self):
        source = self.save({"a": torch.ones(2), "b": torch.ones(3)}, "in.pt")
        for other, parts in (
            ({"x": torch.ones(2)}, ["b ([3] float32)"]),
            ({"x": torch.ones(2), "y": torch.ones(3).half()}, ["b ([3] float32)", "y ([3] float16)"]),
            ({"x": torch.ones(2), "y": torch.ones(3), "z": torch.ones(4)}, ["z ([4] float32)"]),
            ({"x": torch.ones(2), "y": torch.ones(1, 3)}, ["b ([3] float32)", "y ([1, 3] float32)"]),
        ):
            like = self.save(other, "other.pt")
            out = self.path("x.pt")
            said = refused("save", "--from", source, "--like", like, "--out", out)
            for part in parts:
                self.assertIn(part, said)
            self.assertIn(parts[0], refused("load", source, "--diff", like, "--like"))
            self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    unittest.main()
