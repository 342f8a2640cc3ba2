#!/usr/bin/env python3
"""Fits what a path through a mark weighs to generated pages: the first three for lib/read/path.cpp, the share of marks
that are several digits for lib/read/named_mark.cpp, and a shape's for lib/image/sheet/stretches.cpp.

    scripts/fit_path.py --model mlp.pt [--program build/bin/dump_candidates] DIR...

Each DIR is one of scripts/make_paper_digits.py's, with labels.csv, of upright pages. The ways through a line's marks
compete for it: the chance of each is a softmax of the sum of its readings' weighted terms, and those weights are best by
which the line's digits are likeliest, over all ways to read them (a conditional random field, as LeCun trains his graphs).
No one says where a digit begins; lines that cannot be read at all, as of what is no writing, count for nothing. A quarter
of the pages, by the hash of their names, is held out and reported, with the weights that the program has beside the
fitted ones.
"""

import csv

import numpy as np
import torch

from fit_judge import arguments_of, candidates_of, is_held_out, logits_of, show

NAMES = ("digit", "sureness", "evidence", "wide", "narrow", "low", "cut", "join", "share")
NARROW, WIDE, LOW, MOST_EVIDENCE = 0.45, 0.8, 0.85, 6.5  # as there
PRESENT = np.array([-3.2, 1.5, 0.6, -2.4, -1.6, -45, -1.5, -2, 0.4])
UNKNOWN = -0.5  # in place of the share's, as there
#: The terms are of about this size where they tell something.
SCALE = np.array([1, 1, 1, 1, 1, 20, 1, 1, 1])
#: A line whose digits are less likely than this was not found as it was written.
LEAST = np.exp(-14)


def terms_of(stretch, logits):
    evidence = float(torch.logsumexp(logits, 0))
    return (
        1,
        float(logits.max()) - evidence,
        min(evidence, MOST_EVIDENCE),
        max(0, stretch["width"] - WIDE) ** 2,
        max(0, NARROW - stretch["width"]) ** 2,
        max(0, LOW - stretch["height"]) ** 2,
        stretch["cut"],
        stretch["join"],
        UNKNOWN / PRESENT[-1],
    )


class Line:
    """Readings as arcs from part to part, in the order of their ends, and the digits that were written."""

    def __init__(self, marks, state, digits):
        self.digits, self.ends, self.parts = [int(digit) for digit in digits], [], 0
        self.starts = []
        readings = []
        for mark in marks:
            self.starts.append(self.parts)
            for reading in sorted(mark, key=lambda reading: reading["stretch"]["to"]):
                stretch = reading["stretch"]
                self.ends.append((self.parts + stretch["from"], self.parts + stretch["to"]))
                readings.append(reading)
            self.parts = max(to for _, to in self.ends)
        pixels = np.stack([np.frombuffer(bytes.fromhex(reading["pixels"]), np.uint8) for reading in readings])
        logits = logits_of(state, pixels)
        self.terms = np.array([terms_of(reading["stretch"], own) for reading, own in zip(readings, logits)])
        self.logs = torch.log_softmax(logits, 1).numpy().astype(float)

    def chances(self, scores, told):
        """The logarithm of the sum over all paths, and each arc's share of it. told: paths with the line's digits
        alone, each as likely as the net finds these."""
        count = len(self.digits) if told else 0

        def step(values, arc, way):
            if not told:
                return values + scores[arc]
            moved = np.full(count + 1, -np.inf)
            own = scores[arc] + self.logs[arc, self.digits]
            if way > 0:
                moved[1:] = values[:-1] + own
            else:
                moved[:-1] = values[1:] + own
            return moved

        first, last = (np.full((self.parts + 1, count + 1), -np.inf) for _ in range(2))
        first[0, 0] = last[-1, -1] = 0
        with np.errstate(invalid="ignore"):
            for arc, (start, end) in enumerate(self.ends):
                first[end] = np.logaddexp(first[end], step(first[start], arc, 1))
            for arc, (start, end) in sorted(enumerate(self.ends), key=lambda each: -each[1][0]):
                last[start] = np.logaddexp(last[start], step(last[end], arc, -1))
            total = first[-1, -1]
            if not np.isfinite(total):
                return total, None
            shares = [np.exp(step(first[start], arc, 1) + last[end] - total).sum() for arc, (start, end) in enumerate(self.ends)]
        return total, np.array(shares)

    def path(self, scores):
        """The arcs of the best path, the last one first."""
        most, came = np.full(self.parts + 1, -np.inf), {}
        most[0] = 0
        for arc, (start, end) in enumerate(self.ends):
            if most[start] + scores[arc] > most[end]:
                most[end], came[end] = most[start] + scores[arc], arc
        at = self.parts
        while at > 0:
            yield came[at]
            at = self.ends[came[at]][0]

    def best(self, scores):
        return [int(self.logs[arc].argmax()) for arc in self.path(scores)][::-1]

    def several(self):
        """Of how many marks the best path makes several digits."""
        begun = [self.ends[arc][0] for arc in self.path(self.terms @ PRESENT)]
        counts = np.histogram(begun, [*self.starts, self.parts])[0]
        return (counts > 1).sum()


def with_share(lines):
    """The lines of a page, each reading's share being that of the page."""
    several, marks = sum(line.several() for line in lines), sum(len(line.starts) for line in lines)
    for line in lines:
        line.terms[:, -1] = np.log((several + 1) / (marks + 2))
    return lines


def lines_in(folder, program, state):
    """The name of each page and its lines, where as many were found as were written."""
    with open(folder / "labels.csv") as file:
        labels = {str(folder / row["file"]): row["digits"].split() for row in csv.DictReader(file)}
    for page in candidates_of(list(labels), program, "--sheet"):
        found, written = page.get("lines", []), labels[page["file"]]
        if len(found) == len(written):
            yield page["file"], with_share([Line(marks, state, digits) for marks, digits in zip(found, written)])


def fit(lines, penalty=0.0003):
    weights = torch.zeros(len(NAMES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def loss():
        own = weights.detach().numpy() * SCALE
        value, gradient = 0.0, np.zeros(len(NAMES))
        for line in lines:
            scores = line.terms @ own
            told, right = line.chances(scores, True)
            if right is None:
                continue
            free, usual = line.chances(scores, False)
            chance = np.exp(told - free)
            value -= np.log(chance + LEAST)
            gradient -= chance / (chance + LEAST) * ((right - usual) @ line.terms) * SCALE
        weights.grad = torch.from_numpy(gradient / len(lines) + 2 * penalty * weights.detach().numpy())
        return torch.tensor(value / len(lines)) + penalty * (weights.detach() ** 2).sum()

    optimizer.step(loss)
    return weights.detach().numpy() * SCALE


def report(title, lines, weights):
    right = in_place = digits = 0
    for line in lines:
        read = line.best(line.terms @ weights)
        right += read == line.digits
        in_place += sum(a == b for a, b in zip(read, line.digits))
        digits += len(line.digits)
    print(f"{title}: {right} of {len(lines)} lines are read, {in_place} of {digits} digits in place")


def main():
    arguments, state = arguments_of(__doc__)
    fitted, held = [], []
    for folder in arguments.folders:
        for name, lines in lines_in(folder, arguments.program, state):
            (held if is_held_out(name) else fitted).extend(lines)
    weights = fit(fitted)
    show(NAMES, weights)
    for title, own in (("fitted", weights), ("present", PRESENT)):
        report(f"{title} weights, pages fitted on", fitted, own)
        report(f"{title} weights, pages held out", held, own)


if __name__ == "__main__":
    main()
