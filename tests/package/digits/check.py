"""check.py MLPCTL READ_DIGITS: a stranger's program must read of a sheet what `mlpctl predict` reads."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

PROGRAM, STRANGER = sys.argv[1:]
WIDTH, HEIGHT = 420, 200


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(rows):
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def is_ink(x, y):
    """A nought, a one, and a seven."""
    ring = ((x - 90) / 30) ** 2 + ((y - 100) / 45) ** 2
    one = 206 <= x < 215 and 55 <= y < 145
    bar = 300 <= x < 360 and 55 <= y < 64
    leg = 64 <= y < 145 and abs(x - (355 - (y - 64) * 0.5)) < 5
    return 0.65 < ring < 1 or one or bar or leg


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        model, picture = (str(pathlib.Path(folder) / name) for name in ("m.pt", "sheet.png"))
        rows = [[20 if is_ink(x, y) else 250 for x in range(WIDTH)] for y in range(HEIGHT)]
        pathlib.Path(picture).write_bytes(png(rows))
        run(PROGRAM, "save", "--init", "--seed", "1", "--out", model)
        answer = json.loads(run(PROGRAM, "predict", "--json", "--split", "--model", model, picture))
        expected = [(d["digit"], d["confidence"], *d["box"]) for d in answer["digits"]]
        lines = [line.split() for line in run(STRANGER, model, picture).splitlines()]
        read = [(int(line[0]), float(line[1]), *map(int, line[2:])) for line in lines]
    assert len(expected) == 3, expected
    assert len(read) == 3, read
    for ours, theirs in zip(expected, read):
        assert ours[0] == theirs[0] and ours[2:] == theirs[2:], (expected, read)
        assert abs(ours[1] - theirs[1]) < 1e-6, (expected, read)
    print("the stranger's program reads what predict reads")


main()
