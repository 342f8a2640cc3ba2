"""Draws one figure from JSON on stdin: draw.py bars|line FILE.svg

A program of its own, so that matplotlib's memory is not the driver's: the kernel would count it to
the programs that the driver starts and measures.
"""

import json
import sys

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "mlpctl", "font.size": 9}
import matplotlib.pyplot as plt  # noqa: E402

OURS, OTHERS = "#c2410c", "#94a3b8"


def errors(points):
    """How far low and high lie from the median, as matplotlib wants them."""
    return [[middle - low for low, middle, _ in points], [high - middle for _, middle, high in points]]


def bars(panels, label):
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(9, 2.2 * rows), squeeze=False)
    for axis in axes.flat[len(panels):]:
        axis.set_visible(False)
    for axis, (title, group) in zip(axes.flat, panels.items()):
        names, points = list(group), list(group.values())
        colours = [OURS if name == "mlpctl" else OTHERS for name in names]
        axis.barh(names, [point[1] for point in points], xerr=errors(points), color=colours)
        axis.invert_yaxis()
        axis.set_title(title, loc="left")
        axis.set_xlabel(label)
        for row, point in enumerate(points):
            axis.annotate(f"{point[1]:.2g}", (point[2], row), (4, 0), textcoords="offset points", va="center")
        axis.margins(x=0.15)
        axis.set_xlim(left=0)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def line(x, points, x_label, y_label):
    figure, axis = plt.subplots(figsize=(6, 3))
    axis.errorbar(x, [point[1] for point in points], yerr=errors(points), marker="o", color=OURS, capsize=3)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.set_ylim(bottom=0)
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def main() -> None:
    kind, target = sys.argv[1:]
    figure = {"bars": bars, "line": line}[kind](**json.load(sys.stdin))
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


main()
