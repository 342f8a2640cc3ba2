#!/usr/bin/env python3
"""Trains the same again: on other numbers of threads beside other work, and cut and gone on with.

    determinism.py MLPCTL [--cuts N] [--rounds N] [--load N] [--data DIR]

Each recipe and optimizer in turn is trained to its end on one thread. Then `rounds` times on 1, 2, 3
and 4 threads, with `load` processes beside that keep the processors busy; and `cuts` times it is
stopped at a random step and gone on with from its checkpoint, each part on a random number of
threads, half of them stopped again on the way. The state files must be the same, byte for byte.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import commands

BUSY = "while True: sum(range(1000000))"
SETTINGS = (
    [],
    ["--recipe", "plain"],
    ["--recipe", "handwriting", "--val-split", "80", "--keep", "best"],
    ["--recipe", "objects", "--optimizer", "adam"],
    ["--recipe", "plain", "--optimizer", "sgd", "--lr", "0.02", "--momentum", "0.9"],
)


class Trainer:
    def __init__(self, program, data, folder):
        self.program, self.data, self.folder = program, data, folder
        self.out, self.checkpoint = folder / "out.pt", folder / "run.pt"

    def train(self, settings, threads, *more):
        """The state file's bytes and the steps done."""
        command = [self.program, "train", "--data", self.data, "--out", self.out, "--seed", "7"]
        command += ["--epochs", "3", "--batch-size", "16", "--threads", str(threads), "--json"]
        done = subprocess.run(
            [*command, *settings, *more],
            capture_output=True,
            text=True,
            env=commands.environment(),
            timeout=600,
        )
        if done.returncode != 0:
            raise SystemExit(f"{done.args}: {done.stderr[-500:]}")
        return self.out.read_bytes(), json.loads(done.stdout)["steps"]

    def cut(self, settings, steps, generator):
        """Stops at a random step or two and goes on to the end; the file's bytes and the steps."""
        places = sorted(generator.sample(range(1, steps), generator.choice((1, 2))))
        self.checkpoint.unlink(missing_ok=True)
        resume = []
        for place in places:
            keep = ["--checkpoint", self.checkpoint, "--max-steps", str(place)]
            self.train(settings, generator.randint(1, 4), *keep, *resume)
            resume = ["--resume", self.checkpoint]
        return self.train(settings, generator.randint(1, 4), *resume)[0], places


def same_on_threads(trainer, settings, whole, rounds):
    wrong = 0
    for _ in range(rounds):
        for threads in (1, 2, 3, 4):
            if trainer.train(settings, threads)[0] != whole:
                wrong += 1
                print(f"  {settings}: other bytes on {threads} threads", flush=True)
    return wrong


def same_after_cuts(trainer, settings, whole, steps, cuts, generator):
    wrong = 0
    for _ in range(cuts):
        got, places = trainer.cut(settings, steps, generator)
        if got != whole:
            wrong += 1
            print(f"  {settings}: other bytes when cut at {places}", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--cuts", type=int, default=20, help="of each setting")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--load", type=int, default=4)
    parser.add_argument("--settings", type=int, default=len(SETTINGS), help="the first so many")
    options = parser.parse_args()
    generator = random.Random(1)
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(options.load)]
    wrong = 0
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            trainer = Trainer(options.program, commands.write_set(folder / "set"), folder)
            for settings in SETTINGS[: options.settings]:
                whole, steps = trainer.train(settings, 1)
                bad = same_on_threads(trainer, settings, whole, options.rounds)
                bad += same_after_cuts(trainer, settings, whole, steps, options.cuts, generator)
                count = 4 * options.rounds + options.cuts
                print(f"{' '.join(settings) or 'default':60} {count} runs, {count - bad} the same", flush=True)
                wrong += bad
    finally:
        for process in busy:
            process.kill()
            process.wait()
    return 0 if wrong == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
