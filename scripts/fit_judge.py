#!/usr/bin/env python3
"""Fits what the judge of lib/read weighs to generated pictures, and prints lib/read/weights.hpp's numbers.

    scripts/fit_judge.py --model mlp.pt [--program build/bin/dump_candidates] DIR...

Each DIR is one of scripts/make_paper_digits.py's, with labels.csv; pictures of more or fewer digits than one are left
out. The candidates of a picture compete for it: the chance of each is a softmax of a sum of weighted terms, and those
are best whose right candidates have the most (a conditional logit, with a small penalty on large weights). A quarter of
the pictures, by the hash of their names, is held out and reported: how many are read, and how many have a right
candidate at all.
"""

import argparse
import collections
import csv
import hashlib
import json
import subprocess
from pathlib import Path

import numpy as np
import torch

SOURCES = ("ready", "stretched", "paper", "strokes", "near", "levels")
GROUPS = ("with parts", "alone", "next", "faint", "unruled", "thick", "cut", "faintest", "sharp")
NAMES = (*SOURCES, *GROUPS, "share", "cover", "sureness", "evidence", "one", "sides")
USUAL_COVER, MOST_EVIDENCE = 0.35, 5  # as in lib/read/weights.cpp
SAME_PLACE = 0.1  # as in lib/read/named_mark.cpp


def network(state, pictures):
    x = torch.from_numpy(pictures).float().reshape(-1, 1, 28, 28) / 255
    x = torch.nn.functional.conv2d(x, state["layers.0.weight"], state["layers.0.bias"]).flatten(1)
    for layer in (2, 4, 6):
        x = x @ state[f"layers.{layer}.weight"].T + state[f"layers.{layer}.bias"]
        x = x if layer == 6 else torch.relu(x)
    return x


def logits_of(state, pictures):
    """Of prepared digits of 28x28 bytes, the mean over the views of lib/read/views.cpp."""
    wide = np.pad(pictures.reshape(-1, 28, 28), ((0, 0), (1, 1), (1, 1)))
    corners = ((1, 1), (0, 0), (0, 2), (2, 0), (2, 2))
    return torch.stack([network(state, wide[:, y : y + 28, x : x + 28]) for x, y in corners]).mean(0)


def terms_of(reading, logits):
    values = np.zeros(len(NAMES))
    values[reading["source"]] = 1
    values[len(SOURCES) + reading["group"]] = 1
    evidence = float(torch.logsumexp(logits, 0))
    values[-6:] = (
        np.log(max(reading["share"], 1e-3)),
        (reading["cover"] - USUAL_COVER) ** 2,
        float(logits.max()) - evidence,
        min(evidence, MOST_EVIDENCE),
        float(logits.argmax() == 1),
        reading["sides"],
    )
    return values


def candidates_of(names, program, *options):
    """What dump_candidates tells of each picture."""
    for first in range(0, len(names), 100):
        command = [program, *options, *names[first : first + 100]]
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            yield json.loads(line)


def is_held_out(name):
    return int(hashlib.sha256(Path(name).name.encode()).hexdigest(), 16) % 4 == 0


def candidates_in(folder, program, state):
    """For each picture of one digit: its kind, name and digit, and its candidates' terms, probabilities and boxes."""
    with open(folder / "labels.csv") as file:
        labels = {str(folder / row["file"]): row for row in csv.DictReader(file) if len(row["digits"]) == 1}
    for picture in candidates_of(list(labels), program):
        row = labels[picture["file"]]
        single = picture.get("lines") and not picture["row"]
        readings = picture["lines"][0][0] if single else []
        terms, chances, boxes = [], np.zeros((0, 10)), [r["box"] for r in readings]
        if readings:
            pixels = np.stack([np.frombuffer(bytes.fromhex(r["pixels"]), np.uint8) for r in readings])
            logits = logits_of(state, pixels)
            terms = [terms_of(*each) for each in zip(readings, logits)]
            chances = torch.softmax(logits, 1).numpy()
        yield f"{folder.name}: {row['kind']}", picture["file"], int(row["digits"]), np.array(terms), chances, boxes


def right_ones(digit, chances):
    """Which candidates the net gives the digit."""
    return chances.argmax(1) == digit if len(chances) else np.zeros(0, bool)


def fit(pictures, penalty=0.002):
    """The weights of the terms, from the pictures in which there is something to choose."""
    pictures = [(terms, right_ones(digit, chances)) for _, _, digit, terms, chances, _ in pictures]
    pictures = [(terms, right) for terms, right in pictures if right.any() and not right.all()]
    most = max(len(right) for _, right in pictures)
    terms = torch.zeros(len(pictures), most, len(NAMES))
    here, wrong = (torch.full((len(pictures), most), -1e9) for _ in range(2))
    for i, (own, right) in enumerate(pictures):
        terms[i, : len(right)] = torch.from_numpy(own)
        here[i, : len(right)] = 0
        wrong[i, : len(right)] = torch.from_numpy(np.where(right, 0.0, -1e9))
    scale = torch.tensor([1.0] * (len(NAMES) - 6) + [1, 4, 1, 0.2, 1, 1])
    weights = torch.zeros(len(NAMES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        scores = terms @ (weights * scale)
        value = (torch.logsumexp(scores + here, 1) - torch.logsumexp(scores + wrong, 1)).mean()
        value = value + penalty * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return (weights * scale).detach().numpy()


def shared(a, b):
    """The area that two boxes share, of that which they cover together."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both) if both else 0


def answer_of(scores, chances, boxes):
    """The chances of the ten digits: candidates of one place add up, as in lib/read/named_mark.cpp."""
    shares = np.exp(scores - scores.max())
    places = {}
    for i in np.argsort(-scores, kind="stable"):
        place = next((best for best in places if shared(boxes[i], boxes[best]) > SAME_PLACE), i)
        places[place] = places.get(place, 0) + shares[i] * chances[i]
    answer = np.max(list(places.values()), 0)
    return answer / answer.sum()


def report(title, pictures, weights):
    print(title)
    read, could, count, sure = (collections.Counter() for _ in range(4))
    for kind, _, digit, terms, chances, boxes in pictures:
        count[kind] += 1
        could[kind] += bool(right_ones(digit, chances).any())
        if not len(terms):
            continue
        answer = answer_of(terms @ weights, chances, boxes)
        read[kind] += bool(answer.argmax() == digit)
        sure[kind] += bool(answer.argmax() != digit and answer.max() >= 0.9)
    for kind in count:
        print(f"  {kind:28} {read[kind]} of {count[kind]} read; {could[kind]} have a right candidate; {sure[kind]} sure and wrong")
    print(f"  {'all':28} {read.total()} of {count.total()}; {could.total()}; {sure.total()}")


def arguments_of(description):
    """The command's arguments and its model's state."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--program", default="build/bin/dump_candidates", help="built by the target dump_candidates")
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    return arguments, torch.load(arguments.model, weights_only=True)


def show(names, weights):
    for name, weight in zip(names, weights):
        print(f"{name:12} {weight:6.2f}")


def main():
    arguments, state = arguments_of(__doc__)
    fitted, held = [], []
    for folder in arguments.folders:
        for each in candidates_in(folder, arguments.program, state):
            (held if is_held_out(each[1]) else fitted).append(each)
    weights = fit(fitted)
    show(NAMES, weights)
    report("fitted on", fitted, weights)
    report("held out", held, weights)


if __name__ == "__main__":
    main()
