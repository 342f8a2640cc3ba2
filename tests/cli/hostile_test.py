"""Bytes of strangers: each file costs little, and is read or refused in one sentence of ours."""

import base64
import os
import re
import resource
import struct
import unittest
import zlib

from support import ProgramTest, cost_of, with_record

SANITIZED = os.environ.get("TEST_SANITIZED") in ("ON", "True", "1")
MOST_SECONDS = 60 if SANITIZED else 5
MOST_BYTES = 600 << 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, kind, data, more=b"", interlaced=0):
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def zeros(count):
    """So many zeros, compressed piece by piece."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    packed = [packer.compress(piece) for _ in range(count >> 20)]
    return b"".join(packed) + packer.compress(bytes(count % (1 << 20))) + packer.flush()


def tiff(entries, body=b"", order="<"):
    """Entries of tag, type, count and value; the body begins at byte 8."""
    tags = b"".join(struct.pack(order + "HHII", *entry) for entry in entries)
    start = b"II*\0" if order == "<" else b"MM\0*"
    head = start + struct.pack(order + "I", 8 + len(body)) + body
    return head + struct.pack(order + "H", len(entries)) + tags + bytes(4)


def grey_tiff(width, height, compression, body, rows=None, more=()):
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression),
        (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, rows or height),
        (279, 4, 1, len(body)),
    ]  # fmt: skip
    return tiff(sorted([*entries, *more]), body)


def gif(frames):
    head = b"GIF89a" + struct.pack("<HH", 8, 8) + b"\x80\0\0\0\0\0\xff\xff\xff"
    one = b"\x02\x02\x44\x01\0"
    return head + b"".join(b"," + struct.pack("<HHHHB", 0, 0, w, h, 0) + one for w, h in frames) + b";"


# Of 9990x10000 black pixels: coded arithmetically in one scan, and in seven.
ARITHMETIC = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1R"
    "V19iZ2hnPk1xeXBkeFxlZ2P/yQALCCcQJwYBAREA/8wABgAQEAX/2gAIAQEAAD8A/wCBxaX/2Q==",
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1R"
    "V19iZ2hnPk1xeXBkeFxlZ2P/ygALCCcQJwYBAREA/8wABAAQ/9oACAEBAAAAAf8ABsP/zAAEEAX/2gAIAQEAAQUCpeP/zAAE"
    "EAX/2gAIAQEABj8CpeP/zAAEEAX/2gAIAQEAAT8hpeP/2gAIAQEAAAAQS8b/zAAEEAX/2gAIAQEAAT8QpeP/2Q==",
)
# The pixels of a WebP without loss, all black: 6600x6600, and 16383x16383.
WEBP = ("VlA4TA4AAAAvx9lxBgcQEf0PRET/Aw==", "VlA4TA4AAAAv/r//DwcQEf0PRET/Aw==")


def webp(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_canvas(side, animated):
    size = struct.pack("<I", side - 1)[:3]
    return b"VP8X" + struct.pack("<I", 10) + bytes([2 if animated else 0, 0, 0, 0]) + size * 2


def webp_frame(side, pixels):
    size = struct.pack("<I", side - 1)[:3]
    return b"ANMF" + struct.pack("<I", 16 + len(pixels)) + bytes(6) + size * 2 + bytes(4) + pixels


def hostile_webps():
    large, huge = (base64.b64decode(each) for each in WEBP)
    yield "large", webp(large)
    yield "huge", webp(huge)
    yield "canvas", webp(webp_canvas(28, False), huge)
    yield "later", webp(webp_canvas(28, False), webp_canvas(6600, False), large)
    loop = b"ANIM" + struct.pack("<I", 6) + bytes(6)
    yield "frames", webp(webp_canvas(16384, True), loop, webp_frame(6600, large) * 200_000)
    yield "small", webp(webp_canvas(28, True), loop, webp_frame(28, huge))
    yield "frame", webp(webp_canvas(28, True), loop, webp_frame(16384, large))
    yield "chunks", webp(b"abcd\0\0\0\0" * 1_000_000, large)


def hostile_pictures():
    """Names and bytes of pictures that ask for far more than they are."""
    yield "later.gif", gif([(1, 1)] + [(60000, 1500)] * 40)
    yield "comments.gif", gif([(1, 1)])[:19] + b"!\xfe\x01a\0" * 500_000 + gif([(1, 1)])[19:]
    yield "large.gif", gif([(10000, 10000)])
    yield "grey.png", png(10000, 10000, 8, 0, zeros(10001 * 10000))
    yield "deep.png", png(10000, 10000, 16, 6, zeros(80001 * 100))
    yield "interlaced.png", png(10000, 10000, 8, 6, zeros(40001 * 100), interlaced=1)
    yield "short.png", png(5000, 5000, 8, 2, zeros(1000))
    yield "surplus.png", png(50, 50, 8, 0, zeros(100_000_000))
    text = chunk(b"zTXt", b"a\0\0" + zeros(200_000_000)) + chunk(b"iCCP", b"a\0\0" + zeros(200_000_000))
    yield "texts.png", png(28, 28, 8, 0, zeros(29 * 28), more=text)
    yield "filter.png", png(28, 28, 8, 0, zlib.compress(b"\x09" * 29 * 28))
    yield "nodata.png", png(28, 28, 8, 0, b"junk")
    yield "palette.png", png(28, 28, 8, 3, zeros(29 * 28))
    yield "deflate.tif", grey_tiff(10000, 10000, 8, zeros(100_000_000))
    yield "packbits.tif", grey_tiff(10000, 9000, 32773, b"\x81\0" * 700_000)
    yield "lzw.tif", grey_tiff(10000, 10000, 5, b"\x80\0" * 1000)
    # Thirty thousand strips of the same megabyte, which unpacks to nothing.
    noops, count = b"\x80" * (1 << 20), 30000
    arrays = struct.pack(f"<{count}I", *[8 + 8 * count] * count) + struct.pack(f"<{count}I", *[1 << 20] * count)
    same = [(256, 4, 1, 30000), (257, 4, 1, 30000 // 10), (258, 3, 1, 1), (259, 3, 1, 32773),
            (262, 3, 1, 1), (273, 4, count, 8), (277, 3, 1, 1), (278, 4, 1, 1),
            (279, 4, count, 8 + 4 * count)]  # fmt: skip
    yield "strips.tif", tiff(same, arrays + noops)
    yield "tiles.tif", grey_tiff(100, 100, 8, zeros(1000), more=[(322, 4, 1, 30000), (323, 4, 1, 30000), (324, 4, 1, 8), (325, 4, 1, 500)])
    # Unknown entries that all name the same bytes.
    body = bytes(4 << 20)
    unknown = [(33000 + i, 1, len(body) - 8, 8) for i in range(2000)]
    yield "entries.tif", grey_tiff(28, 28, 1, body, more=unknown)
    yield "samples.tif", tiff([(256, 4, 1, 30000), (257, 4, 1, 3000), (258, 3, 1, 8), (259, 3, 1, 8),
        (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 65535), (278, 4, 1, 3000), (279, 4, 1, 100)], bytes(100))  # fmt: skip
    yield "lzma.tif", grey_tiff(28, 28, 34925, bytes(100))
    for number, text in enumerate(ARITHMETIC):
        yield f"arithmetic{number}.jpg", base64.b64decode(text)
    for name, data in hostile_webps():
        yield name + ".webp", data
    yield "text.pbm", b"P1 9000 9000\n" + b"1 " * 100
    yield "comment.pgm", b"P2 3 3 " + b"#\n" * 500_000
    yield "bits.bmp", b"BM" + struct.pack("<IIIIiiHHIIiiII", 0, 0, 62, 40, 30000, 3000, 1, 1, 0, 0, 0, 0, 2, 2) + bytes(8)
    for suffix in ("png", "tif", "gif", "bmp", "webp", "jpg"):
        yield "noise." + suffix, {"png": b"\x89PNG\r\n\x1a\n", "tif": b"II*\0", "gif": b"GIF89a", "bmp": b"BM",
            "webp": b"RIFF\x80\0\0\0WEBP", "jpg": b"\xff\xd8\xff"}[suffix] + bytes(range(256))  # fmt: skip


class Pictures(ProgramTest):
    def test_each_costs_little_and_nothing_but_our_own_sentence_is_printed(self):
        model = self.model()
        for name, data in hostile_pictures():
            path = self.folder / name
            path.write_bytes(data)
            with self.subTest(name, size=len(data)):
                code, output, seconds, memory = cost_of("predict", "--model", model, path)
                self.assertIn(code, (0, 1), output)
                told = re.sub(f"{re.escape(str(path))}: the first of [0-9]+ frames was read\n", "", output)
                self.assertEqual(told.count("\n"), 1, output)
                self.assertIn(name, output)
                self.assertLess(seconds, MOST_SECONDS)
                if not SANITIZED:
                    self.assertLess(memory, MOST_BYTES)
            path.unlink()

    def test_threads_share_one_budget(self):
        if SANITIZED:
            self.skipTest("the sanitizer has memory of its own")
        model = self.model()
        packed = png(10000, 9000, 8, 0, zeros(10001 * 9000))
        paths = [self.folder / f"{i}.png" for i in range(6)]
        for path in paths:
            path.write_bytes(packed)
        code, output, _, memory = cost_of("predict", "--model", model, "--threads", 6, *paths)
        self.assertEqual(code, 0, output)
        self.assertLess(memory, MOST_BYTES)


class Sets(ProgramTest):
    def test_a_packed_set_of_next_to_nothing_is_not_unpacked(self):
        path = self.folder / "bomb-idx3-ubyte.gz"
        packer = zlib.compressobj(1, wbits=31)
        head = packer.compress(bytes([0, 0, 8, 3]) + struct.pack(">III", 500_000, 28, 28))
        path.write_bytes(head + packer.compress(bytes(20 << 20)) + packer.flush())
        code, output, _, memory = cost_of(
            "predict", "--model", self.model(), path, "--range", "0:1"
        )
        self.assertEqual(code, 1)
        self.assertIn("compressed bytes", output)
        if not SANITIZED:
            self.assertLess(memory, 120 << 20)


class Options(ProgramTest):
    def test_a_file_of_options_is_bounded_before_it_is_parsed(self):
        path = self.folder / "deep.toml"
        for text, sentence in (
            ("[" + "a." * 1000 + "a]\nx = 1\n", "line 1 is nested too deeply"),
            ("[a." * 100_000 + "\n", "larger than 64 KiB"),
            ("a." * 20 + "b = 3\n", "line 1 is nested too deeply"),
            ("x = " + "[" * 1000 + "\n", "line 1 is nested too deeply"),
            ("\nx = '" + "y" * 5000 + "'\n", "line 2 is longer than 4 KiB"),
            ("#\n" * 40_000, "larger than 64 KiB"),
        ):
            path.write_text(text)
            code, output, seconds, memory = cost_of("load", "m.pt", "--config", path)
            self.assertEqual(code, 2, output)
            self.assertIn(sentence, output)
            self.assertLess(len(output), 300)
            self.assertLess(seconds, MOST_SECONDS)
            if not SANITIZED:
                self.assertLess(memory, 120 << 20)
        code, output, _, _ = cost_of("load", "m.pt", "--config", "/dev/zero")
        self.assertEqual(code, 2, output)


class States(ProgramTest):
    def test_a_zip_may_have_the_longest_comment_that_there_is(self):
        model = self.model().read_bytes()
        path = self.folder / "comment.pt"
        for size in (0, 1, 65534, 65535):
            path.write_bytes(model[:-2] + struct.pack("<H", size) + b" " * size)
            self.done("load", path)

    def test_every_field_of_a_report_is_printed_whatever_it_holds(self):
        fields = ("training", "classes", "preprocess", "x")  # Those that are read, and another.
        values = ("1", '"\u202e\u001b[2J"', "[[1]]", '{"a":{"b":[1,{"c":null}]}}', "null", "true",
                  '["0","1","2","3","4","5","6","7","8","\u009b9"]', "1e999", '"' + "y" * 100_000 + '"',
                  "[" * 63 + "]" * 63, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000)  # fmt: skip
        model = self.model()
        picture = self.folder / "d.pgm"
        picture.write_bytes(b"P5 28 28 255\n" + bytes(784))
        for field in fields:
            for value in values:
                record = f'{{"{field}":{value}}}'
                path = with_record(model, self.folder / "record.pt", record)
                with self.subTest(field=field, value=value[:40]):
                    for arguments in (("load", path), ("load", "--json", path), ("load", "--list", path),
                                      ("load", path, "--diff", model), ("predict", "--model", path, picture)):  # fmt: skip
                        code, output, seconds, _ = cost_of(*arguments)
                        self.assertIn(code, (0, 1, 3), output[:300])
                        self.assertNotIn("internal error", output)
                        self.assertNotRegex(output, "[\x1b\x9b\u202e]")
                        self.assertLess(seconds, MOST_SECONDS)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
