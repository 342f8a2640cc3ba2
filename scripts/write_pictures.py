#!/usr/bin/env python3
"""Writes the first pictures of an IDX file as PNG files: black ink on white paper, 0000.png on."""
import argparse
import pathlib
import struct
import zlib


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(pixels: bytes, rows: int, columns: int) -> bytes:
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + pixels[r * columns : (r + 1) * columns] for r in range(rows))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("idx", type=pathlib.Path, help="IDX file of images, not packed")
    parser.add_argument("folder", type=pathlib.Path, help="where the pictures go; made when missing")
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    with options.idx.open("rb") as file:
        magic, there, rows, columns = struct.unpack(">IIII", file.read(16))
        if magic != 0x00000803:
            raise SystemExit(f"{options.idx}: is not an IDX file of images")
        options.folder.mkdir(parents=True, exist_ok=True)
        for number in range(min(options.count, there)):
            ink = file.read(rows * columns)
            paper = bytes(255 - value for value in ink)
            (options.folder / f"{number:04}.png").write_bytes(png(paper, rows, columns))


if __name__ == "__main__":
    main()
