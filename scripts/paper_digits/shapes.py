"""The digits as people's habits shape them: control points of strokes in a box that is one high.

A stroke is a list of points (x, y), y downwards, through which a smooth curve goes; a point that
stands twice is a corner. A shape is a function of a random generator that holds one hand's choices:
it returns its strokes, and is called once a hand and digit.
"""

import numpy as np


def arc(centre, radii, start, end, count):
    """Points on an ellipse, angles in degrees, clockwise from the right as y points down."""
    angle = np.deg2rad(np.linspace(start, end, count))
    return [(centre[0] + radii[0] * np.cos(a), centre[1] + radii[1] * np.sin(a)) for a in angle]


def corner(*point):
    return [point, point]


def nought(rng):
    wide, overlap = rng.uniform(0.22, 0.4), rng.uniform(-12, 35)
    start = rng.uniform(-110, -60)
    ring = arc((0.35, 0.5), (wide, 0.5), start, start - 360 - overlap, 11)
    habit = rng.choice(["plain", "crossed", "curled", "open"], p=[0.6, 0.15, 0.15, 0.1])
    if habit == "crossed":
        return [ring, [(0.35 + 1.1 * wide, rng.uniform(-0.02, 0.2)), (0.35 - 1.1 * wide, rng.uniform(0.8, 1.02))]]
    if habit == "curled":
        return [ring + [(0.38, 0.1), (0.38 + 0.8 * wide, rng.uniform(-0.08, 0.06))]]
    return [ring[:-1] if habit == "open" else ring]


def one(rng):
    lean = rng.choice([0, rng.uniform(0.05, 0.35)])
    top, bottom = (0.3 + lean, 0.0), (0.3, 1.0)
    stem = [top, ((top[0] + bottom[0]) / 2 + rng.normal(0, 0.012), 0.5), bottom]
    flag = rng.choice(["none", "short", "long"], p=[0.3, 0.35, 0.35])
    foot = rng.random() < (0.1 if flag == "none" else 0.3)
    if flag != "none":
        far = rng.uniform(0.08, 0.2) if flag == "short" else rng.uniform(0.25, 0.45)
        down = far * rng.uniform(0.5, 1.2)
        bow = rng.uniform(-0.03, 0.03)
        stem = [(top[0] - far, down), (top[0] - far / 2, down / 2 + bow), *corner(*top), *stem[1:]]
    if not foot:
        return [stem]
    reach, tilt = rng.uniform(0.1, 0.3, 2), rng.normal(0, 0.03)
    return [stem, [(0.3 - reach[0], 1 + tilt), (0.3, 1), (0.3 + reach[1], 1 - tilt)]]


def two(rng):
    head = [(0.05, rng.uniform(0.15, 0.3)), (0.14, 0.06), (0.34, 0), (0.56, 0.08), (0.6, 0.27), (0.48, 0.5)]
    if rng.random() < 0.15:
        head = [(0.12, rng.uniform(0.3, 0.38)), (0.03, 0.25), *head[1:]]
    habit = rng.choice(["angular", "looped", "swan"], p=[0.45, 0.35, 0.2])
    tail = rng.uniform(-0.06, 0.06)
    if habit == "angular":
        return [head + [(0.22, 0.8), *corner(0.02, 1.0), (0.35, 1 + tail / 2), (rng.uniform(0.55, 0.75), 1 + tail)]]
    if habit == "swan":
        return [head + [(0.24, 0.78), (0.04, 0.97), (0.2, 0.93), (0.42, 1.0), (0.68, rng.uniform(0.88, 0.98))]]
    size = rng.uniform(0.06, 0.14)
    loop = [(0.24, 0.83), (0.1, 1.0), (0.0, 1 - size / 2), (0.04, 1 - 1.7 * size), (0.2, 1 - size), (0.42, 1.0)]
    return [head + loop + [(0.68, rng.uniform(0.86, 1.0))]]


def three(rng):
    waist, pinch = rng.uniform(0.4, 0.5), rng.uniform(0.15, 0.38)
    low = [(0.5, waist + 0.1), (0.6, 0.7), (0.5, 0.92), (0.28, 1.0), (0.02, rng.uniform(0.82, 0.95))]
    habit = rng.choice(["round", "flat", "looped"], p=[0.6, 0.2, 0.2])
    if habit == "flat":
        return [[(0.05, 0.02), (0.3, 0.01), *corner(0.55, 0.0), *corner(pinch, waist - 0.03), *low]]
    high = [(0.05, rng.uniform(0.08, 0.2)), (0.28, 0.0), (0.5, 0.07), (0.52, 0.24), (0.42, waist - 0.08)]
    if habit == "looped":
        return [high + [(pinch, waist), (pinch - 0.1, waist - 0.04), (pinch, waist - 0.09), (0.4, waist + 0.02)] + low]
    return [high + corner(pinch, waist) + low]


def four(rng):
    bar, reach = rng.uniform(0.5, 0.72), rng.uniform(0.6, 0.8)
    stem_x, left = rng.uniform(0.42, 0.55), rng.uniform(0.0, 0.06)
    tilt = rng.normal(0, 0.03)
    habit = rng.choice(["open", "cup", "closed", "sail"], p=[0.35, 0.2, 0.25, 0.2])
    if habit == "closed":
        top = (stem_x + rng.uniform(-0.03, 0.02), 0.0)
        return [[top, (0.2, bar * 0.6), *corner(left, bar), (0.4, bar + tilt / 2), (reach, bar + tilt)],
                [top, (stem_x, 0.5), (stem_x - rng.uniform(-0.03, 0.06), 1.0)]]
    if habit == "sail":
        return [[(stem_x, bar * 0.9), (0.25, bar), *corner(left, bar), (0.2, bar * 0.55), *corner(stem_x, 0.0),
                 (stem_x - 0.01, 0.5), (stem_x - 0.04, 1.0)], [(stem_x, bar), (reach, bar + tilt)]]
    stem = [(stem_x + rng.uniform(-0.02, 0.1), rng.uniform(0.0, 0.3)), (stem_x, 0.6), (stem_x - 0.03, 1.0)]
    if habit == "cup":
        cup = [(0.06, 0.0), (left, 0.3), (0.08, bar - 0.03), (0.28, bar), (stem_x, bar - rng.uniform(0.02, 0.12))]
        return [cup + ([(reach, bar - 0.08)] if rng.random() < 0.5 else []), stem]
    return [[(rng.uniform(0.1, 0.32), 0.0), (0.12, bar * 0.5), *corner(left, bar), (0.35, bar + tilt / 2),
             (reach, bar + tilt)], stem]


def five(rng):
    neck = rng.uniform(0.38, 0.48)
    belly = [(0.32, neck - 0.04), (0.54, neck + 0.1), (0.58, 0.72), (0.44, 0.94), (0.22, 1.0),
             (0.0, rng.uniform(0.82, 0.95))]
    end = (rng.uniform(0.45, 0.75), rng.uniform(-0.06, 0.06))
    habit = rng.choice(["bar", "one stroke", "round"], p=[0.45, 0.4, 0.15])
    if habit == "round":
        return [[end, (0.35, 0.0), (0.14, 0.08), (0.1, 0.28), (0.3, neck), *belly[1:]]]
    body = [(0.12, 0.02), (0.1, neck / 2), *corner(0.08, neck), *belly]
    bar = [(0.12, 0.02), (0.35, 0.01 + rng.normal(0, 0.02)), end]
    return [body, bar] if habit == "bar" else [bar[::-1][:-1] + corner(0.12, 0.02) + body[1:]]


def six(rng):
    waist, wide = rng.uniform(0.42, 0.55), rng.uniform(0.42, 0.56)
    ring = [(0.03, 0.68), (0.1, 0.92), (0.28, 1.0), (wide, 0.9), (wide + 0.03, 0.7), (0.38, waist), (0.2, waist + 0.05),
            (rng.uniform(0.04, 0.1), 0.74)]
    habit = rng.choice(["plain", "straight", "curled", "closed"], p=[0.4, 0.2, 0.25, 0.15])
    if habit == "straight":
        return [[(rng.uniform(0.35, 0.5), 0.0), (0.2, 0.3)] + ring]
    if habit == "curled":
        hook = rng.uniform(0.1, 0.24)
        return [[(0.34, hook + 0.06), (0.48, hook), (0.46, 0.05), (0.32, 0.0), (0.16, 0.13), (0.06, 0.4)] + ring]
    if habit == "closed":
        return [[(0.42, 0.0), (0.2, 0.2), (0.06, 0.45)] + ring + [(0.02, 0.8)]]
    return [[(rng.uniform(0.4, 0.55), rng.uniform(0.0, 0.08)), (0.28, 0.06), (0.1, 0.32)] + ring]


def seven(rng):
    right, foot = rng.uniform(0.5, 0.66), rng.uniform(0.08, 0.34)
    top = rng.choice(["plain", "wavy", "serif"], p=[0.4, 0.35, 0.25])
    bar = {
        "plain": [(0.0, rng.uniform(-0.02, 0.06)), (right / 2, 0.01)],
        "wavy": [(0.0, rng.uniform(0.12, 0.2)), (0.06, 0.03), (0.18, 0.0), (0.36, rng.uniform(0.06, 0.14))],
        "serif": [(0.02, rng.uniform(0.1, 0.22)), *corner(0.03, 0.01), (right / 2, 0.02)],
    }[top]
    bow = rng.uniform(-0.06, 0.06)
    stem = [*corner(right, 0.0), ((right + foot) / 2 + bow, 0.48), (foot, 1.0)]
    strokes = [bar + stem]
    if rng.random() < (0.6 if top == "wavy" else 0.4):
        middle = ((right + foot) / 2 + bow, rng.uniform(0.42, 0.55))
        reach, tilt = rng.uniform(0.12, 0.26, 2), rng.normal(0, 0.04)
        strokes.append([(middle[0] - reach[0], middle[1] + tilt), middle, (middle[0] + reach[1], middle[1] - tilt)])
    return strokes


def eight(rng):
    waist, small = rng.uniform(0.4, 0.5), rng.uniform(0.16, 0.24)
    habit = rng.choice(["drawn", "rings", "open"], p=[0.65, 0.15, 0.2])
    if habit == "rings":
        return [arc((0.3, waist / 2), (small, waist / 2), -90, -450, 9),
                arc((0.3, (1 + waist) / 2), (small + 0.05, (1 - waist) / 2), -90, 270, 9)]
    high, low = small, small + rng.uniform(0.0, 0.08)
    path = [(0.3 + high * 0.8, 0.08), (0.3, 0.0), (0.3 - high, waist * 0.45), (0.3, waist), (0.3 + low, 0.75),
            (0.3, 1.0), (0.3 - low, 0.77), (0.28, waist + 0.02), (0.3 + high, waist * 0.45)]
    gap = rng.uniform(0.1, 0.2) if habit == "open" else rng.uniform(-0.04, 0.06)
    return [path + [(0.3 + high * 0.8 + gap / 2, 0.06 + gap / 2 - 0.05)]]


def nine(rng):
    waist, open_ = rng.uniform(0.42, 0.55), rng.random() < 0.2
    ring = [(0.5, 0.12), (0.3, 0.0), (0.08, 0.1), (0.02, 0.3), (0.14, waist), (0.36, waist - 0.06), (0.5, 0.16)]
    if open_:
        ring = [(rng.uniform(0.34, 0.42), 0.04), (0.2, 0.02), *ring[2:-1], (0.47, 0.26), *corner(0.52, 0.02)]
    habit = rng.choice(["straight", "curved", "curled"], p=[0.4, 0.25, 0.35])
    if habit == "straight":
        return [ring + ([] if open_ else corner(0.51, 0.08)) + [(0.5, 0.5), (rng.uniform(0.38, 0.5), 1.0)]]
    if habit == "curved":
        return [ring + [(0.5, 0.45), (0.4, 0.8), (rng.uniform(0.15, 0.3), 1.0)]]
    curl = rng.uniform(0.78, 0.92)
    return [ring + [(0.52, 0.5), (0.5, 0.82), (0.32, 1.0), (0.1, 0.95), (rng.uniform(0.02, 0.08), curl)]]


SHAPES = (nought, one, two, three, four, five, six, seven, eight, nine)
