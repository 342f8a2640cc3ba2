"""The figures, drawn by a program of their own (draw.py says why)."""

import json
import subprocess
import sys
from pathlib import Path

DRAW = Path(__file__).resolve().parent / "draw.py"


def draw(kind: str, target: Path, **content) -> None:
    subprocess.run([sys.executable, DRAW, kind, target], input=json.dumps(content), text=True, check=True)


def bars(target: Path, groups: dict, label: str) -> None:
    """groups: title of a panel -> name -> Spread."""
    panels = {title: {name: [s.low, s.median, s.high] for name, s in group.items()}
              for title, group in groups.items()}
    draw("bars", target, panels=panels, label=label)


def line(target: Path, x: list, spreads: list, x_label: str, y_label: str) -> None:
    points = [[s.low, s.median, s.high] for s in spreads]
    draw("line", target, x=x, points=points, x_label=x_label, y_label=y_label)
