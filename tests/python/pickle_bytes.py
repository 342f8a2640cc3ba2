"""Pickles made byte by byte, for files that Python's own pickler would not write."""

import struct

MAGIC = 0x1950A86A20F9469CFC6C


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def python2(value):
    data = value.encode("latin1")
    return b"U" + bytes([len(data)]) + data


def number(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def numbers(values):
    return tuple_of(*(number(value) for value in values))


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def call(function, *arguments):
    return function + tuple_of(*arguments) + b"R"


def ordered_dict(string=text):
    return call(name("collections", "OrderedDict"))


def storage(key, numel, kind="FloatStorage", string=text, location="cpu", view=b""):
    return (
        tuple_of(
            string("storage"), name("torch", kind), string(key), string(location), number(numel), view
        )
        + b"Q"
    )


def tensor(source, shape, stride=None, offset=0, extra=b""):
    """_rebuild_tensor_v2 over a storage; `extra` are further arguments."""
    return call(
        name("torch._utils", "_rebuild_tensor_v2"),
        source,
        number(offset),
        numbers(shape),
        numbers(strides(shape) if stride is None else stride),
        b"\x89",
        ordered_dict(),
        extra,
    )


def strides(shape):
    steps, step = [], 1
    for size in reversed(shape):
        steps.insert(0, step)
        step *= max(size, 1)
    return steps


def dict_of(items, string=text):
    return b"}(" + b"".join(string(key) + value for key, value in items.items()) + b"u"


def pickled(value, protocol=2):
    return bytes([0x80, protocol]) + value + b"."
