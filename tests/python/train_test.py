"""Training follows PyTorch: the same start, the same losses, the same weights, the same logits."""

import json
import os
import struct
import subprocess
import unittest

import numpy
import torch
from torch import nn

from support import MLP, MLPCTL, TempFolderTest, mlpctl, refused

STEPS, BATCH = 50, 64


def write_idx(path, array):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with open(path, "wb") as file:
        file.write(header + array.tobytes())


def bars(count, seed):
    """Noisy pictures whose class is the place of a bar."""
    random = numpy.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(numpy.uint8)
    images = random.integers(0, 100, (count, 28, 28)).astype(numpy.uint8)
    for image, label in zip(images, labels):
        image[4 + 2 * label : 6 + 2 * label] += 150
    return images, labels


class TrainingCase(TempFolderTest):
    def setUp(self):
        super().setUp()
        self.data = self.path("data")
        os.mkdir(self.data)
        self.images, self.labels = bars(STEPS * BATCH, seed=1)
        write_idx(os.path.join(self.data, "train-images-idx3-ubyte"), self.images)
        write_idx(os.path.join(self.data, "train-labels-idx1-ubyte"), self.labels)

    def batches(self):
        images = torch.from_numpy(self.images).float().div(255).unsqueeze(1)
        labels = torch.from_numpy(self.labels).long()
        return zip(images.split(BATCH), labels.split(BATCH))

    def torch_losses(self, model, optimizer):
        losses = []
        for images, labels in self.batches():
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses


class CurveTest(TrainingCase):
    def train(self, *arguments):
        """Returns the losses step by step and the trained model."""
        log, out = self.path("log.jsonl"), self.path("out.pt")
        mlpctl("train", "--recipe", "plain", "--data", self.data, "--from", self.path("init.pt"),
                    "--out", out, "--epochs", 1, "--batch-size", BATCH, "--no-shuffle",
                    "--log", log, "--log-steps", *arguments)
        with open(log) as lines:
            events = [json.loads(line) for line in lines]
        model = MLP()
        model.load_state_dict(torch.load(out, weights_only=True), strict=True)
        return [e["loss"] for e in events if e["event"] == "step"], model

    def compare(self, make_optimizer, *arguments):
        torch.manual_seed(0)
        model = MLP()
        torch.save(model.state_dict(), self.path("init.pt"))
        losses, trained = self.train(*arguments)
        expected = self.torch_losses(model, make_optimizer(model.parameters()))
        self.assertEqual(len(losses), STEPS)
        self.assertLess(expected[-1], expected[0] / 2)
        numpy.testing.assert_allclose(losses, expected, rtol=0, atol=1e-3)
        return model, trained

    def test_fifty_losses_are_those_of_adam(self):
        self.compare(lambda p: torch.optim.Adam(p, lr=1e-3))

    def test_fifty_losses_are_those_of_adam_layer_by_layer(self):
        self.compare(lambda p: torch.optim.Adam(p, lr=1e-3), "--no-fold")

    def test_fifty_losses_are_those_of_adamw(self):
        self.compare(lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1),
                     "--optimizer", "adamw", "--weight-decay", 0.1)

    def test_fifty_losses_and_the_weights_are_those_of_sgd(self):
        model, trained = self.compare(
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3),
            "--optimizer", "sgd", "--lr", 0.05, "--momentum", 0.9, "--weight-decay", 1e-3)
        for ours, theirs in zip(trained.parameters(), model.parameters()):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)

    def test_a_fresh_skeleton_is_distributed_as_pytorchs(self):
        mlpctl("save", "--init", "--seed", 3, "--out", self.path("fresh.pt"))
        ours = torch.load(self.path("fresh.pt"), weights_only=True)
        for name, theirs in MLP().state_dict().items():
            fan_in = MLP().state_dict()[name.replace("bias", "weight")][0].numel()
            bound = fan_in**-0.5
            values = ours[name].flatten()
            self.assertLessEqual(values.abs().max().item(), bound, name)
            if values.numel() >= 300:
                # Uniform: the mean, and the deviation of bound / sqrt(3), within 5 errors.
                error = bound / (3 * values.numel()) ** 0.5
                self.assertLess(abs(values.mean().item()), 5 * error, name)
                self.assertAlmostEqual(values.std().item() / theirs.std().item(), 1, delta=0.15)
            self.assertGreater(values.unique().numel(), 0.9 * values.numel(), name)


class ContinuedTest(TrainingCase):
    """Ten steps of PyTorch go on here for ten as they go on there."""

    OPTIMIZERS = {
        "adam": lambda p: torch.optim.Adam(p, lr=3e-3, betas=(0.5, 0.6), eps=0.1, weight_decay=0.3),
        "adam's rate": lambda p: torch.optim.Adam(p, lr=5e-3),
        "adam's betas": lambda p: torch.optim.Adam(p, betas=(0.7, 0.9)),
        "adam's eps": lambda p: torch.optim.Adam(p, eps=0.01),
        "adam's decay": lambda p: torch.optim.Adam(p, weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=3e-3, betas=(0.5, 0.6), eps=0.1,
                                             weight_decay=0.3),
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.8, weight_decay=0.01),
        "dampening": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.4),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    }
    # Ways to compute the same, and settings as tensors.
    VARIANTS = {
        "one by one": lambda p: torch.optim.Adam(p, lr=3e-3, foreach=False),
        "fused": lambda p: torch.optim.AdamW(p, lr=3e-3, fused=True),
        "rate of 32 bits": lambda p: torch.optim.Adam(p, lr=torch.tensor(3e-3), foreach=False),
        "rate of 64 bits": lambda p: torch.optim.AdamW(
            p, lr=torch.tensor(3e-3, dtype=torch.float64), foreach=False),
        "rate in a list": lambda p: torch.optim.SGD(
            p, lr=torch.tensor([0.05]), momentum=0.5, foreach=False),
        "betas as tensors": lambda p: torch.optim.Adam(
            p, lr=3e-3, betas=(torch.tensor(0.5), torch.tensor(0.6)), foreach=False),
        "named": lambda p: torch.optim.Adam([{"params": list(p), "name": "all"}], lr=3e-3),
    }

    def setUp(self):
        super().setUp()
        self.images, self.labels = self.images[: 10 * BATCH], self.labels[: 10 * BATCH]
        write_idx(os.path.join(self.data, "train-images-idx3-ubyte"), self.images)
        write_idx(os.path.join(self.data, "train-labels-idx1-ubyte"), self.labels)

    def begun(self, make):
        torch.manual_seed(0)
        model = MLP()
        optimizer = make(model.parameters())
        self.torch_losses(model, optimizer)
        torch.save({"model_state_dict": model.state_dict(), "epoch": 1,
                    "optimizer_state_dict": optimizer.state_dict()}, self.path("begun.pt"))
        return model, optimizer

    def arguments(self, *more):
        return ("train", "--recipe", "plain", "--data", self.data, "--resume",
                self.path("begun.pt"), "--out", self.path("out.pt"), "--epochs", 2,
                "--batch-size", BATCH, "--no-shuffle", *more)

    @staticmethod
    def says_decay(optimizer):
        """Whether this PyTorch says in a checkpoint which of Adam and AdamW it was; before 2.8 it does not."""
        return "decoupled_weight_decay" in optimizer.param_groups[0]

    def check_goes_on(self, make, *arguments):
        model, optimizer = self.begun(make)
        before = {key: value.clone() for key, value in model.state_dict().items()}
        if isinstance(optimizer, torch.optim.AdamW) and not self.says_decay(optimizer):
            arguments += ("--optimizer", "adamw")
        mlpctl(*self.arguments(*arguments))
        self.torch_losses(model, optimizer)
        ours = torch.load(self.path("out.pt"), weights_only=True)
        for key, theirs in model.state_dict().items():
            moved = (theirs - before[key]).abs().mean()
            apart = (theirs - ours[key]).abs().mean()
            self.assertLess(apart / moved, 0.02, key)

    def test_every_setting_of_every_optimizer_is_the_files(self):
        for name, make in self.OPTIMIZERS.items():
            for fold in ((), ("--no-fold",)):
                with self.subTest(optimizer=name, fold=fold):
                    self.check_goes_on(make, *fold)

    def test_how_pytorch_computes_and_keeps_them_is_no_matter(self):
        for name, make in self.VARIANTS.items():
            with self.subTest(optimizer=name):
                try:
                    self.begun(make)
                except (TypeError, ValueError):
                    continue  # PyTorch before 2.8 takes fewer tensors.
                self.check_goes_on(make)
        for flag in ("capturable", "differentiable"):
            self.begun(self.OPTIMIZERS["adam"])
            self.change(lambda c: c["optimizer_state_dict"]["param_groups"][0].update({flag: True}))
            mlpctl(*self.arguments())

    def test_options_against_the_file_and_what_is_not_known_are_refused_by_name(self):
        self.begun(self.OPTIMIZERS["adam"])
        for option, value, words in (
            ("--lr", 0.5, ("0.5", "0.003")),
            ("--weight-decay", 0.5, ("0.5", "0.3")),
            ("--optimizer", "sgd", ("sgd", "adam")),
        ):
            done = subprocess.run([MLPCTL, *map(str, self.arguments(option, value))],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, done.stderr)
            for word in (option, *words):
                self.assertIn(word, done.stderr)
        # PyTorch before 2.8 does not say which of Adam and AdamW it was.
        checkpoint = torch.load(self.path("begun.pt"), weights_only=True)
        checkpoint["optimizer_state_dict"]["param_groups"][0].pop("decoupled_weight_decay", None)
        torch.save(checkpoint, self.path("begun.pt"))
        mlpctl(*self.arguments("--optimizer", "adamw"))
        for name in ("amsgrad", "maximize"):
            self.begun(lambda p: torch.optim.Adam(p, **{name: True}))
            self.assertIn(name, refused(*self.arguments()))

    def change(self, change):
        """Saves the checkpoint again with something else in it."""
        checkpoint = torch.load(self.path("begun.pt"), weights_only=False)
        change(checkpoint)
        torch.save(checkpoint, self.path("begun.pt"))

    def test_groups_and_settings_that_are_not_known_are_refused_by_name(self):
        def split(parameters):
            first, *rest = parameters
            return torch.optim.SGD([{"params": [first]}, {"params": rest, "lr": 0.1}], lr=0.05)

        self.begun(split)
        self.assertIn("2 parameter groups", refused(*self.arguments()))
        self.begun(self.OPTIMIZERS["adam"])
        self.change(lambda c: c["optimizer_state_dict"]["param_groups"][0].update(rectify=True))
        self.assertIn("sets rectify", refused(*self.arguments()))
        for make in (torch.optim.RAdam, torch.optim.NAdam, torch.optim.RMSprop, torch.optim.Adagrad):
            self.begun(make)
            self.assertIn("not of Adam, AdamW or SGD", refused(*self.arguments()))
        self.begun(self.OPTIMIZERS["sgd"])
        self.change(lambda c: c.update(optimizer_states=2 * [c.pop("optimizer_state_dict")]))
        self.assertIn("has 2 optimizers", refused(*self.arguments()))

    def test_a_scheduler_is_not_passed_over_in_silence(self):
        schedulers = torch.optim.lr_scheduler
        model, optimizer = self.begun(self.OPTIMIZERS["momentum"])
        for key, make in (
            ("scheduler", lambda o: schedulers.StepLR(o, 2).state_dict()),
            ("lr_scheduler", lambda o: schedulers.CosineAnnealingLR(o, 9).state_dict()),
            ("scheduler_state_dict", lambda o: schedulers.OneCycleLR(o, 1, 99).state_dict()),
            ("lr_scheduler_state_dict", lambda o: schedulers.ReduceLROnPlateau(o).state_dict()),
            ("lr_schedulers", lambda o: [schedulers.ExponentialLR(o, 0.9).state_dict()]),
            ("LRScheduler", lambda o: schedulers.ExponentialLR(o, 0.9)),
        ):
            model, optimizer = self.begun(self.OPTIMIZERS["momentum"])
            state = make(optimizer)
            self.change(lambda c: c.update({key: state}))
            message = refused(*self.arguments())
            self.assertIn(f"its {key} ", message)
            self.assertIn("--schedule constant", message)
            done = subprocess.run([MLPCTL, *map(str, self.arguments("--schedule", "constant"))],
                                  capture_output=True, text=True, check=True)
            self.assertIn(f"its {key} is passed over", done.stderr)
        for nothing in (None, {}, [], ""):
            self.begun(self.OPTIMIZERS["momentum"])
            self.change(lambda c: c.update(lr_schedulers=nothing))
            mlpctl(*self.arguments())

    def test_the_rate_that_a_scheduler_left_is_gone_on_with(self):
        model, optimizer = self.begun(self.OPTIMIZERS["momentum"])
        torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.1).step()
        self.change(lambda c: c.update(optimizer_state_dict=optimizer.state_dict()))
        # Also under a recipe with a course of its own.
        log = self.path("log.jsonl")
        mlpctl("train", "--data", self.data, "--resume", self.path("begun.pt"), "--out",
               self.path("out.pt"), "--epochs", 2, "--log", log, "--log-steps")
        with open(log) as lines:
            rates = {e["lr"] for e in map(json.loads, lines) if e["event"] == "step"}
        self.assertEqual(len(rates), 1)
        self.assertAlmostEqual(rates.pop(), 0.002)

    def test_steps_that_sgd_does_not_count_are_those_of_its_epochs(self):
        for name in ("sgd", "momentum"):
            self.begun(self.OPTIMIZERS[name])
            log = self.path(f"{name}.jsonl")
            mlpctl(*self.arguments("--schedule", "cosine", "--log", log, "--log-steps"))
            with open(log) as lines:
                steps = [e for e in map(json.loads, lines) if e["event"] == "step"]
            self.assertEqual([e["step"] for e in steps], list(range(11, 21)))
            whole = self.OPTIMIZERS[name](MLP().parameters()).param_groups[0]["lr"]
            self.assertLess(steps[0]["lr"], 0.51 * whole)
            self.assertLess(steps[-1]["lr"], 0.01 * whole)


class ResumeTest(TrainingCase):
    def run_to(self, epochs, *arguments):
        mlpctl("train", "--data", self.data, "--out", self.path("out.pt"), "--batch-size", 64,
                    "--epochs", epochs, "--recipe", "plain", "--ema", 0.9, "--rotate", 10, *arguments)
        return self.read(self.path("out.pt"))

    def test_a_resumed_run_writes_the_same_bytes(self):
        whole = self.run_to(3)
        self.run_to(1, "--checkpoint", self.path("run.pt"))
        self.assertEqual(self.run_to(3, "--resume", self.path("run.pt")), whole)

    def test_python_takes_the_checkpoint(self):
        self.run_to(1, "--checkpoint", self.path("run.pt"))
        checkpoint = torch.load(self.path("run.pt"), weights_only=True)
        model = MLP()
        model.load_state_dict(checkpoint["model_state_dict"], strict=True)
        optimizer = torch.optim.Adam(model.parameters())
        optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
        self.assertEqual(checkpoint["epoch"], 1)
        self.torch_losses(model, optimizer)


if __name__ == "__main__":
    unittest.main()
