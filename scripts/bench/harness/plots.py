"""The figures, written as small SVG: a path a series, text as text, a digit after the point.

By hand, because a plotting library writes twenty times as much and takes memory that the kernel would
count to the programs that the driver starts and measures.
"""

from html import escape
from math import floor, log10
from pathlib import Path

OURS, OTHERS = "#c2410c", "#94a3b8"
STYLE = """text{font:9px 'DejaVu Sans',Verdana,sans-serif}.title{font-size:10.8px}
.middle{text-anchor:middle}.end{text-anchor:end}
path{fill:none;stroke:#000;stroke-width:.8}.range{stroke-width:1.5}"""
LETTER = 4.5  # the mean width of a letter, to leave room for names
TICK = 3.5


def short(number: float) -> str:
    return f"{round(number, 1):g}"


def ticks(end: float) -> list:
    """Round numbers from 0 to `end`, at most seven."""
    power = 10 ** floor(log10(end))
    step = next(step for step in (0.1 * power, 0.2 * power, 0.5 * power, power, 2 * power)
                if end / step <= 6)
    return [step * i for i in range(int(end / step) + 1)]


class Figure:
    def __init__(self, width: float, height: float):
        self.lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(width)} {short(height)}"'
                      f' width="{short(width)}pt" height="{short(height)}pt">', f"<style>{STYLE}</style>",
                      '<rect width="100%" height="100%" fill="#fff"/>']

    def text(self, x: float, y: float, text: str, kind: str = "", more: str = "") -> None:
        name = f' class="{kind}"' if kind else ""
        self.lines.append(f'<text x="{short(x)}" y="{short(y)}"{name}{more}>{escape(text)}</text>')

    def path(self, steps: list, attributes: str = "") -> None:
        """steps: a letter of SVG's path language and its numbers, each."""
        commands = "".join(letter + " ".join(map(short, numbers)) for letter, *numbers in steps)
        self.lines.append(f'<path d="{commands}"{attributes}/>')

    def write(self, target: Path) -> None:
        target.write_text("\n".join([*self.lines, "</svg>"]) + "\n")


def draw_bars(figure: Figure, left: float, top: float, width: float, title: str, group: dict) -> float:
    """A panel whose axis begins at left, top; returns where the axis ends."""
    row, end = 15.8, 1.15 * max(spread.high for spread in group.values())
    bottom = top + row * len(group) + 6
    x = lambda value: left + width * value / end
    middles = {name: top + 3 + row * (i + 0.5) for i, name in enumerate(group)}
    for colour, ours in ((OURS, True), (OTHERS, False)):
        steps = [step for name, y in middles.items() if (name == "mlpctl") == ours
                 for step in (("M", left, y), ("H", x(group[name].median)))]
        figure.path(steps, f' style="stroke:{colour};stroke-width:12.6"')
    figure.path([step for name, y in middles.items()
                 for step in (("M", x(group[name].low), y), ("H", x(group[name].high)))], ' class="range"')
    marks = [step for y in middles.values() for step in (("M", left, y), ("h", -TICK))]
    marks += [step for value in ticks(end) for step in (("M", x(value), bottom), ("v", TICK))]
    figure.path([("M", left, top), ("V", bottom), ("H", left + width), *marks])
    figure.text(left, top - 6, title, "title")
    for name, y in middles.items():
        figure.text(left - 7, y + 3.4, name, "end")
        figure.text(x(group[name].high) + 4, y + 2.4, f"{group[name].median:.2g}")
    for value in ticks(end):
        figure.text(x(value), bottom + 14, f"{value:g}", "middle")
    return bottom


def bars(target: Path, groups: dict, label: str) -> None:
    """groups: title of a panel -> name -> Spread."""
    columns = min(2, len(groups))
    names = LETTER * max(len(name) for group in groups.values() for name in group) + 15
    heights = [15.8 * len(group) + 58 for group in groups.values()]
    figure = Figure(324 * columns, max(heights) * -(-len(groups) // columns) + 4)
    for i, (title, group) in enumerate(groups.items()):
        left, width = 324 * (i % columns) + names, 324 - names - 5
        bottom = draw_bars(figure, left, max(heights) * (i // columns) + 24, width, title, group)
        figure.text(left + width / 2, bottom + 27, label, "middle")
    figure.write(target)


# Of a figure with one panel.
LEFT, RIGHT, TOP, BOTTOM = 41, 415, 13, 177


def label(figure: Figure, rows: dict, columns: dict, x_label: str, y_label: str) -> None:
    """The texts of the axes: those at the ticks by their places, and what the axes are."""
    for y, text in rows.items():
        figure.text(LEFT - 7, y + 3.4, text, "end")
    for x, text in columns.items():
        figure.text(x, BOTTOM + 14, text, "middle")
    figure.text((LEFT + RIGHT) / 2, BOTTOM + 27, x_label, "middle")
    y = (TOP + BOTTOM) / 2
    figure.text(9, y, y_label, "middle", f' transform="rotate(-90 9 {short(y)})"')


def line(target: Path, x: list, spreads: list, x_label: str, y_label: str) -> None:
    left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM
    highest = max(spread.high for spread in spreads)
    rows = ticks(highest)
    if rows[-1] < highest:
        rows.append(2 * rows[-1] - rows[-2])
    columns = [value for value in ticks(max(x)) if value >= min(x)]
    across = lambda value: left + 17 + (right - left - 34) * (value - min(x)) / (max(x) - min(x))
    up = lambda value: bottom - (bottom - top) * value / rows[-1]
    points = [(across(value), up(spread.median)) for value, spread in zip(x, spreads)]

    figure = Figure(432, 216)
    marks = [step for value in rows for step in (("M", left, up(value)), ("h", -TICK))]
    marks += [step for value in columns for step in (("M", across(value), bottom), ("v", TICK))]
    figure.path([("M", left, top), ("V", bottom), ("H", right), *marks])
    ranges = [step for value, spread in zip(x, spreads)
              for step in (("M", across(value), up(spread.low)), ("V", up(spread.high)),
                           ("m", -3, 0), ("h", 6), ("M", across(value) - 3, up(spread.low)), ("h", 6))]
    figure.path([("M", *points[0]), *(("L", *point) for point in points[1:]), *ranges],
                f' style="stroke:{OURS};stroke-width:1.5"')
    figure.path([step for point in points for step in (("M", *point), ("h", 0))],
                f' style="stroke:{OURS};stroke-width:7;stroke-linecap:round"')
    label(figure, {up(value): f"{value:g}" for value in rows}, {across(value): f"{value:,.0f}" for value in columns},
          x_label, y_label)
    figure.write(target)


def curves(target: Path, series: dict, x_label: str, y_label: str) -> None:
    """series: name -> runs, each a list of (x, y). x by its logarithm; of y the upper part, by 100 - y."""
    left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM
    points = [point for runs in series.values() for run in runs for point in run]
    low, high = min(x for x, _ in points) / 1.1, max(x for x, _ in points) * 1.1
    rows = [96, 97, 98, 98.5, 99, 99.2, 99.4]
    across = lambda x: left + (right - left) * log10(x / low) / log10(high / low)
    up = lambda y: bottom - (bottom - top) * log10((100 - rows[0]) / (100 - y)) / log10((100 - rows[0]) / 0.5)
    columns = [value for power in range(-1, 5) for value in (10**power, 2 * 10**power, 5 * 10**power)
               if low <= value <= high]

    figure = Figure(432, 216)
    marks = [step for y in rows for step in (("M", left, up(y)), ("h", -TICK))]
    marks += [step for x in columns for step in (("M", across(x), bottom), ("v", TICK))]
    figure.path([("M", left, top), ("V", bottom), ("H", right), *marks])
    for i, (name, runs) in enumerate(series.items()):
        colour = (OURS, "#f59e0b", OTHERS)[i % 3]
        for run in runs:
            seen = [(across(x), up(y)) for x, y in run if y >= rows[0]]
            figure.path([("ML"[at > 0], *point) for at, point in enumerate(seen)],
                        f' style="stroke:{colour};stroke-width:1.2"')
        y = bottom - 36 + 12 * i
        figure.path([("M", right - 110, y), ("h", 14)], f' style="stroke:{colour};stroke-width:2.5"')
        figure.text(right - 91, y + 3, name)
    label(figure, {up(y): f"{y:g}" for y in rows}, {across(x): f"{x:g}" for x in columns}, x_label, y_label)
    figure.write(target)
