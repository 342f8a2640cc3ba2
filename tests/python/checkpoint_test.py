"""A run begun in Python goes on in C++ and the other way round: checkpoints survive both."""

import os
import subprocess
import unittest

import torch
from torch import nn

from support import MLP, TempFolderTest

OPTIMIZERS = {
    "Adam": lambda p: torch.optim.Adam(p, lr=2e-3, betas=(0.8, 0.99), eps=1e-7, weight_decay=0.01),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.05),
    "SGD": lambda p: torch.optim.SGD(p, lr=0.05),
    "SGD with momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
}


def steps(model, optimizer, seed, count=2):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        images = torch.rand(4, 1, 28, 28, generator=generator)
        labels = torch.randint(10, (4,), generator=generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


class CheckpointTest(TempFolderTest):
    def through_cpp(self, model, optimizer, key="optimizer_state_dict"):
        """Saves as Python programs do, reads and writes again in C++, loads the copy."""
        before, after = self.path("before.pt"), self.path("after.pt")
        torch.save({"model_state_dict": model.state_dict(), key: optimizer.state_dict(),
                    "epoch": 7, "loss": 0.25}, before)
        subprocess.run([os.environ["CHECKPOINT_COPY"], before, after], check=True)
        return torch.load(after, weights_only=True)

    def test_a_run_goes_on_from_the_copy_as_if_nothing_happened(self):
        for name, make in OPTIMIZERS.items():
            with self.subTest(optimizer=name):
                model = MLP()
                optimizer = make(model.parameters())
                steps(model, optimizer, seed=1)
                copy = self.through_cpp(model, optimizer)
                self.assertEqual(copy["epoch"], 7)
                other = MLP()
                other.load_state_dict(copy["model_state_dict"], strict=True)
                resumed = type(optimizer)(other.parameters())
                resumed.load_state_dict(copy["optimizer_state_dict"])
                steps(model, optimizer, seed=2)
                steps(other, resumed, seed=2)
                for ours, theirs in zip(other.parameters(), model.parameters()):
                    self.assertTrue(torch.equal(ours, theirs))

    def test_hyperparameters_and_types_are_those_of_torch(self):
        for name, make in OPTIMIZERS.items():
            with self.subTest(optimizer=name):
                model = MLP()
                optimizer = make(model.parameters())
                steps(model, optimizer, seed=1)
                ours = self.through_cpp(model, optimizer, key="optimizer")["optimizer_state_dict"]
                theirs = optimizer.state_dict()
                for group, expected in zip(ours["param_groups"], theirs["param_groups"], strict=True):
                    if "decoupled_weight_decay" not in expected:  # Before PyTorch 2.7.
                        group.pop("decoupled_weight_decay", None)
                    self.assertEqual(group, expected)
                if name == "SGD":
                    continue
                self.assertEqual(list(ours["state"]), list(theirs["state"]))
                for index, state in theirs["state"].items():
                    self.assertEqual(list(ours["state"][index]), list(state))
                    for key, tensor in state.items():
                        self.assertEqual(ours["state"][index][key].dtype, tensor.dtype)
                        self.assertTrue(torch.equal(ours["state"][index][key], tensor))

    def test_a_fresh_optimizer_has_no_state(self):
        model = MLP()
        copy = self.through_cpp(model, torch.optim.Adam(model.parameters()))
        self.assertEqual(copy["optimizer_state_dict"]["state"], {})


if __name__ == "__main__":
    unittest.main()
