"""Photographs of a hand's digits, in a folder for each."""

import random
import sys

from support import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from write_pictures import png  # noqa: E402


def photograph(digit, seed):
    """A 0 or a 1 in dark ink on light paper, 90 pixels high, as PNG."""
    place = random.Random(seed)
    left, top, tall = place.randrange(10, 40), place.randrange(5, 20), place.randrange(50, 60)
    rows = bytearray(b"\xe8" * 90 * 90)
    for y in range(top, top + tall):
        for x in range(90):
            across, down = (x - left - 20) / 20, (y - top - tall / 2) / (tall / 2)
            ring = 0.6 < across**2 + down**2 < 1
            if ring if digit == 0 else abs(x - left - 20) < 5:
                rows[y * 90 + x] = 20
    return png(bytes(rows), 90, 90)


def write_hand(folder, each, seed=0):
    for digit in (0, 1):
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
        for n in range(each):
            picture = photograph(digit, seed + n)
            (folder / str(digit) / f"{n}.png").write_bytes(picture)
    return folder
