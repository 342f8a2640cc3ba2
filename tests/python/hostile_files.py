"""Files that must be refused: foreign, cut off, damaged, misleading, malicious."""

import gzip
import io
import json
import os
import pickle
import struct
import zipfile

import numpy as np
import torch

import pickle_bytes as pb
from crafted_files import archive, legacy, plain_pickle, storages_of, weights
from state_cases import network, raw_bytes, records_of, saved, zipped


def add_foreign(folder):
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4140000\n"
    array = io.BytesIO()
    np.save(array, np.zeros(3))
    arrays = io.BytesIO()
    np.savez(arrays, a=np.zeros(3))
    for name, data, refusal in (
        ("empty.pt", b"", "is empty"),
        ("zeros.pt", bytes(5000), "holds zeros"),
        ("lfs.pt", lfs, "Git LFS pointer"),
        ("page.pt", b"\n<!DOCTYPE html><html><title>404</title></html>", "web page (HTML)"),
        ("model.onnx", b"\x08\x08\x12\x07pytorch\x1a\x052.4.0:\x05graph", "ONNX"),
        ("cut.onnx", b"\x08\x08\x12\x07pytorch\x1a\x052.4.0:\x7fgraph", "cut off"),
        ("keras.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "HDF5"),
        ("array.npy", array.getvalue(), "NumPy array"),
        ("arrays.npz", arrays.getvalue(), "NumPy .npz"),
        ("packed.pt.gz", gzip.compress(saved(weights())), "gunzip"),
        ("picture.pt", b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG picture"),
        ("photo.pt", b"\xff\xd8\xff\xe0" + bytes(50), "JPEG picture"),
        ("notes.txt", b"these are no weights\n" * 9, "text file"),
        ("program", b"\x7fELF" + bytes(50), "program"),
        ("preview.pt", b"PYTORCH1" + bytes(50), "preview"),
        ("noise.pt", os.urandom(4000)[1:] + b"\x01", ""),
        ("plain.pkl", pickle.dumps({"a": 1}), "pickle that torch.save did not write"),
        ("word.docx", zipped({"word/a.xml": b"a", "docProps/b.xml": b"b"}), "zip archive"),
        ("folder.zip", zipped({"folder/a": b"a"}), "without data.pkl"),
        ("package.pt", zipped({"p/.data/extern_modules": b"torch", "p/m.pkl": b"."}), "torch.package"),
    ):
        folder.refused(name, data, refusal)


def add_cut(folder):
    state = network()
    data = saved(state)
    folder.refused("cut_half.pt", data[: len(data) // 2], "bytes of about 4,1")
    for size in range(4, 31):  # findings of the fuzzer: a header that ends in its fixed part
        folder.refused(f"cut_header_{size}.pt", data[:size], "cut off")
    folder.refused("cut_end.pt", data[:-30], "cut off")
    folder.refused("cut_pickle.pt", data[:300], "cut off")
    old = saved(state, _use_new_zipfile_serialization=False)
    folder.refused("cut_legacy.pt", old[:-1], f"of {len(old):,}: download")
    folder.refused("cut_legacy_pickle.pt", old[:200], "cut off")
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()
    file = struct.pack("<Q", len(header)) + header + bytes(16)
    folder.refused("cut.safetensors", file[:-1], "cut off")
    folder.refused("cut_header.safetensors", file[:30], "cut off")
    for index, at in enumerate(range(0, len(old), len(old) // 9)):
        folder.refused(f"cut_{index}.pth", old[:at], "")
        folder.refused(f"cut_{index}.pt", data[:at], "")


def add_flips(folder):
    state = weights()
    data = bytearray(saved(state))
    records = records_of(bytes(data))
    payload = next(v for k, v in records.items() if k.endswith("data/0"))
    places = {
        "payload": data.index(payload) + 3,
        "pickle": data.index(b"_rebuild_tensor_v2") + 2,
        "central_name": data.rindex(b"data/0") + 5,
        "local_name": data.index(b"data/0") + 5,
        "descriptor": data.index(b"PK\7\x08") + 6,
        "central_crc": data.rindex(b"PK\1\2") + 17,
        "end_count": data.rindex(b"PK\5\6") + 10,
    }
    for name, at in places.items():
        flipped = bytearray(data)
        flipped[at] ^= 4
        folder.refused(f"flip_{name}.pt", bytes(flipped), "")
    folder.refused("trailing.pt", bytes(data) + b"more", "bytes follow its end")
    folder.refused("doubled.pt", bytes(data) * 2, "several zip archives")


def add_misleading_zips(folder):
    state = weights()
    records = records_of(archive(plain_pickle(state), storages_of(state)))
    other = {"other/data.pkl": records["archive/data.pkl"]}
    folder.refused("two_folders.pt", zipped(records | other), "one folder")
    case = {"archive/DATA.pkl": records["archive/data.pkl"]}
    folder.refused("two_cases.pt", zipped(records | case), "twice")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as twice:
        for name, data in [*records.items(), ("archive/data/2", b"x"), ("archive/data/3", b"y")]:
            twice.writestr(name, data)
    renamed = buffer.getvalue().replace(b"archive/data/3", b"archive/data/2")
    folder.refused("two_records.pt", renamed, "twice")
    escaping = {"archive/../../canary": b"x"}
    folder.refused("escaping.pt", zipped(records | escaping), "name that is no name")
    short = records | {"archive/data/0": records["archive/data/0"][:-4]}
    folder.refused("short_record.pt", zipped(short), "has 20 bytes and not 24")
    folder.refused("long_record.pt", zipped(records | {"archive/data/0": bytes(28)}), "and not 24")
    missing = {k: v for k, v in records.items() if k != "archive/data/1"}
    folder.refused("missing_record.pt", zipped(missing), "data/1 is missing")
    for name, data in {"byteorder": b"middle", "version": b"999\n"}.items():
        folder.refused(f"odd_{name}.pt", zipped(records | {f"archive/{name}": data}), "")
    unversioned = {k: v for k, v in records.items() if k != "archive/version"}
    folder.refused("no_version.pt", zipped(unversioned), "version is missing")
    encrypted = bytearray(zipped(records))
    encrypted[encrypted.rindex(b"PK\1\2") + 8] |= 1
    folder.refused("encrypted.pt", bytes(encrypted), "")


def add_broken_tensors(folder):
    source = pb.storage("0", 6)
    data = {"0": raw_bytes(torch.randn(6))}
    deep = b"(" * 2000 + b"t" * 2000
    for name, value, refusal in (
        ("beyond", pb.tensor(source, [7]), "reaches beyond"),
        ("beyond_offset", pb.tensor(source, [6], offset=1), "reaches beyond"),
        ("beyond_stride", pb.tensor(source, [2], stride=[6]), "reaches beyond"),
        ("negative", pb.tensor(source, [-1]), "negative"),
        ("negative_stride", pb.tensor(source, [2], stride=[-1]), "negative"),
        ("overflow", pb.tensor(source, [2**40, 2**40], stride=[0, 0]), "impossible shape"),
        ("wrapping", pb.tensor(source, [3], stride=[2**62]), "reaches beyond"),
        ("ranks", pb.tensor(source, [2, 3], stride=[1]), "one stride for each size"),
        ("dimensions", pb.tensor(source, [1] * 65), "64 dimensions"),
        ("big_shape", pb.tensor(source, [2**70]), "no number"),
        ("metadata", pb.tensor(source, [6], extra=pb.dict_of({"odd": b"\x88"})), "metadata"),
        ("claimed", pb.tuple_of(source, pb.storage("0", 3, "DoubleStorage")), "two sizes or types"),
        ("setitem", pb.tensor(source, [6]) + pb.number(0) + pb.number(1) + b"s", "no dict"),
        ("replaced", pb.tensor(source, [6]) + pb.tuple_of(source, b"K\0", b")", b")") + b"b", "changed"),
        ("twice", b"}(" + (pb.text("w") + pb.tensor(source, [6])) * 2 + b"u", "twice"),
        ("nesting", deep, "inside one another"),
        ("lists", b"]" * 3000 + b"a" * 2999, "nested too deep"),
        ("underflow", b"a", "empty stack"),
        ("unknown_memo", b"j\xff\xff\xff\xff", "does not hold"),
        ("long_text", b"X\xff\xff\xff\xff", "cut off"),
        ("extension", b"\x82\x01", "opcode"),
        ("carriage_return", b"ccollections\r\nOrderedDict\r\n)R", "no name"),
        ("no_name", b"c\n\n", "no name"),
        ("not_utf8", b"c\xff\nx\n", "no name"),
    ):
        folder.refused(f"tensor_{name}.pt", archive(pb.pickled(value), data), refusal)
    instance = archive(pb.pickled(b"(iposix\nsystem\n"), data)
    folder.refused("tensor_instance.pt", instance, "calls posix.system", listed=True)
    follow = pb.pickled(pb.tensor(source, [6])) + b"more"
    folder.refused("pickle_follow.pt", archive(follow, data), "follow the end of its data.pkl")
    root = pb.pickled(pb.dict_of({"w": pb.tensor(pb.storage("5", 6, view=b"N"), [6])}))
    good = [("5", 6, data["0"])]
    folder.refused("legacy_missing.pt", legacy(root, []), "lacks a storage")
    folder.refused("legacy_numel.pt", legacy(root, [("5", 5, data["0"])]), "another size")
    folder.refused("legacy_extra.pt", legacy(root, [*good, ("6", 1, bytes(4))]), "no tensor uses")
    folder.refused("legacy_follow.pt", legacy(root, good) + b"x", "followed by other bytes")


def add_bombs(folder):
    chain = b"]q\0" + b"".join(
        b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60)
    )
    nested = b"(" + chain + b"t"
    folder.refused("bomb_walk.pt", archive(pb.pickled(nested), {}), "names are longer")
    folder.refused("bomb_values.pt", archive(pb.pickled(b"(" + b"N" * 9_000_000 + b"t"), {}), "more values")
    deflated = {"a/data.pkl": pb.pickled(b"(" + b"N" * 60_000_000 + b"t"), "a/version": b"3\n"}
    folder.refused("bomb_deflate.pt", zipped(deflated, zipfile.ZIP_DEFLATED), "")
    lists = b"]" * 4_000_000
    folder.refused("bomb_lists.pt", archive(pb.pickled(b"(" + lists + b"t"), {}), "more values")
    huge = pb.tensor(pb.storage("0", 1), [2**20, 2**20], stride=[0, 0])
    folder.write("expanded.pt", archive(pb.pickled(pb.dict_of({"e": huge})), {"0": bytes(4)}),
                 [{"name": "e", "dtype": "float32", "layout": "strided", "shape": [2**20, 2**20],
                   "requires_grad": False, "conj": False, "neg": False, "sha256": None}])


def long_keys(count):
    return [pb.text("k" * 4080 + f"{index:016d}") for index in range(count)]


def add_slow(folder):
    """Small files over which a reader without limits would sit for minutes."""
    memo = lambda index: b"r" + struct.pack("<I", index)
    recall = lambda index: b"j" + struct.pack("<I", index)
    # All in one bucket of libstdc++'s hash tables of 42,043 and 85,229.
    indices = [k * prime for prime in (42043, 85229) for k in range(1, 42000)]
    stores = b"".join(b"N" + memo(index) for index in indices)
    folder.refused("slow_memo.pt", archive(pb.pickled(b"(" + stores + b"0"), {}), "one value")
    keys = long_keys(8000)
    stored = b"".join(key + memo(index) + b"N" for index, key in enumerate(keys))
    again = b"".join(recall(index) + b"N" for index in range(len(keys)))
    dicts = b"(}(" + stored + b"u" + (b"}(" + again + b"u") * 100 + b"t"
    folder.refused("slow_keys.pt", archive(pb.pickled(dicts), {}), "more values")
    first, second = long_keys(2)
    chain = first + b"q\1" + second + b"q\2" + b"}q\3h\1h\0sh\2h\0s"
    for index in range(4, 24):
        below = b"h" + bytes([index - 1])
        chain += b"}q" + bytes([index]) + b"h\1" + below + b"sh\2" + below + b"s"
    cyclic = b"}q\0" + pb.text("chain") + b"(" + chain + b"ts"
    folder.refused("slow_cycle.pt", archive(pb.pickled(cyclic), {}), "endlessly")
    attributes = b"".join(pb.number(1000 + index) + b"N" for index in range(200_000))
    attributes += pb.text("_parameters") + b"}" + pb.text("_modules") + b"}"
    module = pb.name("a", "B") + b")\x81q\0}(" + attributes + b"ub"
    shared = b"(" + module + b"h\0" * 500_000 + b"t"
    folder.refused("slow_module.pt", archive(pb.pickled(shared), {}), "endlessly")


class Payload:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def add_malicious(folder, canary):
    command = f"touch {canary}"
    system = f"{os.system.__module__}.system"
    evil = Payload(os.system, command)
    for name, value, called in (
        ("system", evil, system),
        ("beside", network() | {"note": evil}, system),
        ("eval", Payload(eval, f"open({str(canary)!r}, 'w')"), "__builtin__.eval"),
        ("open", Payload(open, str(canary), "w"), f"{open.__module__}.open"),
        ("exec", Payload(exec, command), "__builtin__.exec"),
    ):
        refusal = f"calls {called}: this file is malicious; nothing of it was run"
        folder.refused(f"evil_{name}.pt", saved(value), "its data.pkl " + refusal, listed=True)
        old = saved(value, _use_new_zipfile_serialization=False)
        folder.refused(f"evil_{name}.pth", old, "its pickle " + refusal, listed=True)
    folder.refused("evil.pkl", pickle.dumps(evil), f"calls {system}: this file is malicious")
    broken = pb.pickled(pb.name("posix", "system") + pb.text(command) + b"\x85R0i")
    folder.refused("evil_broken.pt", archive(broken, {}), "its data.pkl calls posix.system: this file")
    for index, (module, function) in enumerate((
        ("posix", "system"),
        ("torch.serialization", "os.system"),
        ("torch", "os"),
        ("collections", "OrderedDict.__init__.__globals__"),
        ("torch._dynamo.guards", "GuardBuilder.get"),
        ("torch._dynamo.guards.GuardBuilder", "get"),
        ("torch.hub", "load"),
    )):
        value = pb.text(module) + pb.text(function) + b"\x93" + pb.text(command) + b"\x85R"
        refusal = f"calls {module}.{function}: this file is malicious"
        stacked = archive(pb.pickled(value, 4), {})
        folder.refused(f"evil_stacked_{index}.pt", stacked, refusal, listed=True)


def add_safetensors(folder):
    def file(header, data=bytes(16), pad=b""):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(text) + len(pad)) + text + pad + data

    def entry(begin=0, end=16, shape=(4,), dtype="F32", **more):
        return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]} | more

    one = json.dumps(entry()).encode()
    for name, data, refusal in (
        ("hole", file({"a": entry(0, 4, (1,)), "b": entry(8, 16, (2,))}), "overlap or leave holes"),
        ("overlap", file({"a": entry(0, 12, (3,)), "b": entry(8, 16, (2,))}), "overlap or leave holes"),
        ("size", file({"a": entry(shape=(5,))}), "not the bytes"),
        ("reversed", file({"a": entry(16, 0)}), "not the bytes"),
        ("overflow", file({"a": entry(shape=(2**62, 2**62))}), "not the bytes"),
        ("dtype", file({"a": entry(dtype="F33")}), "unknown dtype"),
        ("field", file({"a": entry(more=1)}), "unknown field"),
        ("negative", file({"a": entry(shape=(-4,))}), "negative"),
        ("twice", file(b'{"a":' + one + b',"a":' + one + b"}"), "twice"),
        ("escaped", file(b'{"a":' + one + b',"\\u0061":' + one + b"}"), "twice"),
        ("tail", file({"a": entry()}, bytes(17)), "no tensor uses"),
        ("metadata", file({"__metadata__": {"a": 1}, "a": entry()}), "number where none"),
        ("json", file(b'{"a":'), "broken JSON"),
        ("nested", file(b'{"a":' * 100000), ""),
        ("list", file(b"{[]}"), "broken JSON"),
        ("nul", file({"a": entry()}, pad=b'\0,"b"'), "broken JSON"),
    ):
        folder.refused(f"{name}.safetensors", data, refusal)


def add_hostile(folder, canary):
    for add in (
        add_foreign,
        add_cut,
        add_flips,
        add_misleading_zips,
        add_broken_tensors,
        add_bombs,
        add_slow,
        add_safetensors,
    ):
        add(folder)
    add_malicious(folder, canary)
