"""Valid files that PyTorch no longer writes, made byte by byte."""

import io
import pickle
import struct
import tarfile
import zipfile

import torch

import pickle_bytes as pb
from state_cases import describe, described, raw_bytes, records_of, saved, zipped


def weights():
    return {"w": torch.randn(3, 2), "b": torch.randn(3)}


def archive(pickle_bytes, storages, **extra):
    """A zip as torch 1.6 to 2.0 wrote it: data.pkl, data/*, version."""
    records = {"archive/data.pkl": pickle_bytes}
    records |= {f"archive/data/{key}": data for key, data in storages.items()}
    records |= {f"archive/{name}": data for name, data in extra.items()}
    return zipped(records | {"archive/version": b"3\n"})


def plain_pickle(state, string=pb.text, **options):
    items = {
        key: pb.tensor(pb.storage(str(i), value.numel(), string=string), value.shape, **options)
        for i, (key, value) in enumerate(state.items())
    }
    return pb.pickled(pb.dict_of(items, string))


def storages_of(state):
    return {str(i): raw_bytes(value) for i, value in enumerate(state.values())}


def add_zips(folder):
    state = weights()
    folder.write("old_zip.pt", archive(plain_pickle(state), storages_of(state)), described(state))
    modern = records_of(saved(state))
    deflated = zipped(modern, zipfile.ZIP_DEFLATED)
    folder.write("deflated.pt", deflated, described(state))
    with_folders = zipped({"archive/": b"", "archive/data/": b""} | modern)
    folder.write("rezipped.pt", with_folders, described(state))
    stream = io.BytesIO()
    stream.seekable = lambda: False
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, data in modern.items():
            zip_file.writestr(name, data)
    folder.write("streamed.pt", stream.getvalue(), described(state))
    no_proto = plain_pickle(state)[2:]
    folder.write("protocol1.pt", archive(no_proto, storages_of(state)), described(state))


def add_big_endian(folder):
    state = {"f": torch.randn(3), "d": torch.randn(2, dtype=torch.float64), "i": torch.arange(4)}
    state |= {"h": torch.randn(5).half(), "c": torch.randn(2, dtype=torch.complex64), "u": torch.arange(3).byte()}
    kinds = ["FloatStorage", "DoubleStorage", "LongStorage", "HalfStorage", "ComplexFloatStorage", "ByteStorage"]
    units = [4, 8, 8, 2, 4, 1]
    items, storages = {}, {}
    for i, ((key, value), kind, unit) in enumerate(zip(state.items(), kinds, units)):
        data = raw_bytes(value)
        storages[str(i)] = b"".join(data[at : at + unit][::-1] for at in range(0, len(data), unit))
        items[key] = pb.tensor(pb.storage(str(i), value.numel(), kind), value.shape)
    data = archive(pb.pickled(pb.dict_of(items)), storages, byteorder=b"big")
    folder.write("big_endian.pt", data, described(state))


def legacy(root, storages, protocol=2):
    """A legacy stream: `storages` are (key, numel, bytes)."""
    info = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    parts = [pickle.dumps(value, protocol) for value in (pb.MAGIC, 1001, info)]
    parts += [root, pickle.dumps(sorted(key for key, _, _ in storages), protocol)]
    parts += [struct.pack("<q", numel) + data for _, numel, data in sorted(storages)]
    return b"".join(parts)


def add_python2(folder):
    value = torch.randn(2, 3)
    pairs = b"](" + b"](" + pb.python2("w") + b"%s" + b"e" + b"e"
    source = pb.storage("140", 6, string=pb.python2, view=b"N")
    rebuilt = pb.call(
        pb.name("torch._utils", "_rebuild_tensor"), source, pb.number(0), pb.numbers([2, 3]), pb.numbers([3, 1])
    )
    root = pb.pickled(pb.name("collections", "OrderedDict") + pairs % rebuilt + b"\x85R")
    data = legacy(root, [("140", 6, raw_bytes(value))])
    folder.write("python2.pt", data, described({"w": value}))


def add_legacy_views(folder):
    whole = torch.randn(10)
    view = pb.tuple_of(pb.text("77"), pb.number(4), pb.number(6))
    source = pb.storage("55", 10, view=view)
    root = pb.pickled(pb.dict_of({"part": pb.tensor(source, [3], offset=2)}))
    data = legacy(root, [("55", 10, raw_bytes(whole))])
    folder.write("legacy_view.pt", data, described({"part": whole[6:9]}))
    kind = pb.name("__main__", "Net")
    module = pb.tuple_of(pb.text("module"), kind, pb.text("net.py"), pb.text("class Net: pass")) + b"Q"
    parameters = pb.dict_of({"w": pb.tensor(pb.storage("55", 10, view=b"N"), [10])})
    state = pb.dict_of({"_parameters": parameters, "_buffers": b"}", "_modules": b"}"})
    root = pb.pickled(module + b")\x81" + state + b"b")
    data = legacy(root, [("55", 10, raw_bytes(whole))])
    folder.write("legacy_source.pt", data, described({"w": whole}))


def tar_member(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def tar_archive(value, root):
    """The four members that PyTorch 0.1.1 to 0.1.9 wrote: one storage, a view of it, two tensors."""
    storages = pickle.dumps(1, 2)
    kind = pb.name("torch", "FloatStorage")
    storages += pb.pickled(pb.tuple_of(pb.number(11), pb.text("cpu"), kind))
    storages += struct.pack("<q", value.numel()) + raw_bytes(value)
    storages += pickle.dumps([(12, 11, 2, 4)], 2)
    tensors = pickle.dumps(2, 2)
    for key, storage, shape, offset in ((21, 11, (2, 3), 0), (22, 12, (2,), 1)):
        record = pb.tuple_of(pb.number(key), pb.number(storage), pb.name("torch", "FloatTensor"))
        tensors += pb.pickled(record) + struct.pack("<i4x", len(shape))
        tensors += struct.pack(f"<{2 * len(shape) + 1}q", *shape, *pb.strides(shape), offset)
    info = pickle.dumps({"protocol_version": 1000, "little_endian": True, "type_sizes": {}}, 2)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in (("sys_info", info), ("pickle", root), ("storages", storages), ("tensors", tensors)):
            tar_member(tar, name, data)
    return buffer.getvalue()


def add_tar(folder):
    value = torch.randn(2, 3)
    root = pb.pickled(pb.dict_of({"w": pb.number(21) + b"Q", "v": pb.text("22") + b"Q"}))
    expected = {"w": value, "v": value.reshape(-1)[3:5]}
    folder.write("first.tar", tar_archive(value, root), described(expected))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar_member(tar, "readme", b"hello")
    folder.refused("other.tar", buffer.getvalue(), "a tar archive, not a state file")
    folder.refused("follow.tar", tar_archive(value, root) + b"PK\3\4", "followed by other bytes")
    folder.refused("cut.tar", tar_archive(value, root)[:3000], "cut off")


def numpy_array(value):
    """As NumPy 1 pickles one at protocol 2, where bytes are written as text."""
    data = pb.call(pb.name("_codecs", "encode"), pb.text(raw_bytes(value).decode("latin1")), pb.text("latin1"))
    array = pb.call(pb.name("numpy.core.multiarray", "_reconstruct"), pb.name("numpy", "ndarray"), pb.numbers([0]), pb.text("b"))
    kind = pb.call(pb.name("numpy", "dtype"), pb.text("f4"), pb.number(0), pb.number(1))
    kind += pb.tuple_of(pb.number(3), pb.text("<"), b"N", b"N", b"N") + b"b"
    return array + pb.tuple_of(pb.number(1), pb.numbers(value.shape), kind, b"\x89", data) + b"b"


def add_device_tensors(folder):
    """TPUs and other devices without storages, from a tensor or (before 2.0) a NumPy array."""
    value = torch.randn(2, 3)
    kind, location = pb.name("torch", "float32"), pb.text("xla:0")
    storages = {"0": raw_bytes(value)}
    source = pb.tensor(pb.storage("0", 6), [2, 3])
    for name, data in {"_rebuild_device_tensor_from_cpu_tensor": source, "_rebuild_xla_tensor": numpy_array(value)}.items():
        rebuilt = pb.call(pb.name("torch._utils", name), data, kind, location, b"\x89")
        folder.write(name[1:] + ".pt", archive(pb.pickled(pb.dict_of({"w": rebuilt})), storages), described({"w": value}))
    narrow = pb.call(pb.name("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"), source, pb.name("torch", "int8"), location, b"\x89")
    folder.refused("device_type.pt", archive(pb.pickled(pb.dict_of({"w": narrow})), storages), "is stored as float32 and not as int8")


def add_objects(folder):
    state = weights()
    storages = storages_of(state)
    whole = plain_pickle(state)[3:-1]
    reconstructed = pb.call(
        pb.name("copyreg", "_reconstructor"), pb.name("x.y", "Box"), pb.name("builtins", "object"), b"N"
    )
    boxed = pb.pickled(reconstructed + b"}" + pb.text("inside") + b"}" + whole + b"sb")
    folder.write("box.pt", archive(boxed, storages), [describe("inside." + k, v) for k, v in state.items()])
    looped = pb.pickled(b"}q\x00" + pb.text("self") + b"h\x00s" + whole)
    folder.write("cycle.pt", archive(looped, storages), described(state))
    later = pb.call(pb.name("torch.nn.parameter", "Parameter"), pb.tensor(pb.storage("0", 6), [3, 2]), b"\x88")
    old = pb.pickled(pb.dict_of({"w": later + b"\x88\x89" + pb.ordered_dict() + b"\x87b"}))
    folder.write("old_parameter.pt", archive(old, {"0": storages["0"]}), described({"w": state["w"]}))


def add_crafted(folder):
    for add in (add_zips, add_big_endian, add_python2, add_legacy_views, add_tar, add_device_tensors, add_objects):
        add(folder)
