"""What the scan is judged by: attacks that run code when Python loads them, and harmless values.

Every attack is a file's bytes; nothing here runs one. A canary's path stands in what they would do.
"""

import argparse
import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import http
import io
import inspect
import ipaddress
import itertools
import logging
import operator
import os
import pathlib
import pickle
import random
import re
import statistics
import string
import struct
import sys
import tarfile
import time
import types
import typing
import uuid
import zipfile
import zoneinfo

import numpy
import torch
from torch import nn

import pickle_bytes as pb


def unicode(value):
    return b"\x8c" + bytes([len(value)]) + value.encode()


def stacked(module, name):
    return unicode(module) + unicode(name) + b"\x93"


def proto(body, version=4):
    return pb.pickled(body, version)


def torch_zip(pickled, extra=(), compression=zipfile.ZIP_STORED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        archive.writestr("a/data.pkl", pickled)
        archive.writestr("a/byteorder", b"little")
        archive.writestr("a/version", b"3\n")
        for name, content in extra:
            archive.writestr(name, content)
    return data.getvalue()


def zipped(*members, prefix=b""):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return prefix + data.getvalue()


def tarred(*members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


class Payload:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def attacks(canary):
    """{name: (bytes, what the scan must name)}"""
    command = f"touch {canary}"
    code = f"open({str(canary)!r}, 'w')"
    text = pb.text
    system = pb.name("os", "system")
    run = text(command) + b"\x85R"
    plain = pickle.dumps({"weight": [1.0, 2.0]}, 2)
    evil = proto(system + run, 2)
    found = {}

    def add(name, data, named):
        assert name not in found, name
        found[name] = (data, named)

    # Ways to call
    for protocol in range(6):
        add(f"reduce_{protocol}", pickle.dumps(Payload(os.system, command), protocol), "system")
    add("inst", b"(S'" + command.encode() + b"'\nios\nsystem\n.", "os.system")
    add("obj", b"(" + system + text(command) + b"o.", "os.system")
    add("newobj_map", proto(pb.name("builtins", "map") + system + b"]" + text(command) + b"a\x86\x81"), "os.system")
    add("newobj_ex_map", proto(pb.name("builtins", "map") + system + b"]" + text(command) + b"a\x86}\x92"), "os.system")
    add("copyreg_newobj", proto(pb.name("copyreg", "__newobj__") + pb.name("builtins", "map") + system + b"]" + text(command) + b"a\x87R"), "os.system")
    add("reconstructor", proto(pb.name("copyreg", "_reconstructor") + pb.name("subprocess", "Popen") + pb.name("subprocess", "Popen") + text(command) + b"\x87R", 2), "subprocess.Popen")
    add("list_arguments", proto(system + b"]" + text(command) + b"aR", 2), "os.system")
    add("build_setstate", proto(pb.name("argparse", "Namespace") + b")\x81}" + text("__setstate__") + system + b"sb" + text(command) + b"b", 2), "os.system")
    add("build_slots", proto(pb.name("argparse", "Namespace") + b"q\0N}" + text("__setstate__") + system + b"s\x86b0h\0)\x81" + text(command) + b"b", 2), "os.system")
    add("build_class", proto(pb.name("collections", "OrderedDict") + b"N}" + text("get") + system + b"s\x86b", 2), "collections.OrderedDict")
    add("append_path", proto(pb.name("sys", "path") + text("/tmp/evil") + b"a", 2), "sys.path")
    add("setitem_modules", proto(pb.name("sys", "modules") + text("json") + N_ + b"s", 2), "sys.modules")
    # Ways to name
    add("stack_global", proto(stacked("os", "system") + run), "os.system")
    add("string_opcode", b"S'os'\nS'system'\n\x93" + run + b".", "os.system")
    add("escaped_string", b"S'\\x6fs'\nS'sys\\164em'\n\x93" + run + b".", "os.system")
    add("unicode_opcode", b"V\\u006fs\nVsystem\n\x93" + run + b".", "os.system")
    add("binunicode8", proto(b"\x8d" + struct.pack("<Q", 2) + b"os" + b"\x8d" + struct.pack("<Q", 6) + b"system\x93" + run), "os.system")
    add("memoized", proto(unicode("os") + b"\x940" + unicode("system") + b"\x940h\0h\1\x93" + run), "os.system")
    add("memo_overwritten", proto(unicode("math") + b"q\x05" + b"0" + unicode("os") + b"q\x050" + b"h\x05" + unicode("system") + b"\x93" + run), "os.system")
    add("memo_text_forms", proto(unicode("os") + b"p7\n0" + unicode("system") + b"p8\n0g7\ng8\n\x93" + run), "os.system")
    add("long_memo", proto(unicode("os") + b"r\0\0\1\0" + b"0j\0\0\1\0" + unicode("system") + b"\x93" + run), "os.system")
    add("dup", proto(unicode("os") + b"2" + b"0" + unicode("system") + b"\x93" + run), "os.system")
    add("popped_decoy", proto(stacked("math", "sqrt") + b"0" + stacked("os", "system") + run), "os.system")
    add("marked_decoy", proto(b"(" + stacked("math", "sqrt") + b"1" + stacked("os", "system") + run), "os.system")
    add("computed_name", proto(unicode("os") + pb.name("builtins", "str") + unicode("system") + b"\x85R\x93" + run), "computes")
    add("dotted", proto(stacked("torch.serialization", "os.system") + run), "torch.serialization.os.system")
    add("dotted_globals", proto(stacked("collections", "OrderedDict.__init__.__globals__.get") + run), "__globals__")
    add("getattr_module", proto(pb.name("builtins", "getattr") + pb.name("torch.serialization", "os") + unicode("system") + b"\x86R" + run), "system")
    add("getattr_dunder", proto(pb.name("builtins", "getattr") + pb.name("builtins", "eval") + unicode("__call__") + b"\x86R" + text(code) + b"\x85R"), "eval")
    add("attrgetter", proto(pb.name("operator", "attrgetter") + unicode("system") + b"\x85R" + pb.name("torch.serialization", "os") + b"\x85R" + run), "system")
    add("methodcaller", proto(pb.name("operator", "methodcaller") + unicode("system") + text(command) + b"\x86R" + pb.name("torch.serialization", "os") + b"\x85R"), "system")
    add("getitem", proto(pb.name("operator", "getitem") + pb.name("builtins", "__dict__") + unicode("eval") + b"\x86R" + text(code) + b"\x85R"), "__dict__")
    add("import_builtin", proto(pb.name("builtins", "getattr") + pb.name("builtins", "__import__") + unicode("os") + b"\x85R" + unicode("system") + b"\x86R" + run), "__import__")
    add("import_module", proto(pb.name("importlib", "import_module") + unicode("os") + b"\x85R0N"), "importlib.import_module")
    add("resolve_name", proto(pb.name("pkgutil", "resolve_name") + unicode("os:system") + b"\x85R" + run), "pkgutil.resolve_name")
    add("locate", proto(pb.name("pydoc", "locate") + unicode("os.system") + b"\x85R" + run), "pydoc.locate")
    add("ufunc_reconstruct", proto(pb.name("numpy.core", "_ufunc_reconstruct") + unicode("os") + unicode("system") + b"\x86R" + run), "os.system")
    add("builtin_type", proto(pb.name("cloudpickle.cloudpickle", "_builtin_type") + unicode("CodeType") + b"\x85R" + b"N\x85R"), "types.CodeType")
    add("extension", proto(pb.name("copyreg", "add_extension") + unicode("os") + unicode("system") + b"K\1\x87R0\x82\1" + run), "copyreg.add_extension")
    add("persistent", b"(Vmodule\n" + system + b"NNtQ" + run + b".", "os.system")
    # What is called
    for module, name in (
        ("builtins", "eval"), ("builtins", "exec"), ("builtins", "compile"), ("builtins", "open"),
        ("builtins", "breakpoint"), ("builtins", "help"), ("__builtin__", "execfile"), ("__builtin__", "apply"),
        ("posix", "system"), ("nt", "system"), ("os", "popen"), ("os", "execv"), ("subprocess", "Popen"),
        ("subprocess", "check_output"), ("commands", "getoutput"), ("pty", "spawn"), ("runpy", "run_path"),
        ("runpy", "_run_code"), ("code", "InteractiveInterpreter"), ("timeit", "timeit"), ("timeit", "main"),
        ("cProfile", "run"), ("profile", "run"), ("pdb", "run"), ("bdb", "Bdb"), ("trace", "Trace"),
        ("doctest", "debug_script"), ("pydoc", "pipepager"), ("_pyrepl.pager", "pipe_pager"),
        ("_osx_support", "_read_output"), ("_aix_support", "_read_cmd_output"), ("uuid", "_get_command_stdout"),
        ("imaplib", "IMAP4_stream"), ("ensurepip", "_run_pip"), ("pip", "main"), ("venv", "create"),
        ("idlelib.pyshell", "ModifiedInterpreter.runcode"), ("idlelib.calltip", "get_entity"),
        ("lib2to3.pgen2.grammar", "Grammar.loads"), ("test.support.script_helper", "assert_python_ok"),
        ("ctypes", "CDLL"), ("marshal", "loads"), ("types", "FunctionType"), ("pickle", "loads"),
        ("_pickle", "loads"), ("shelve", "open"), ("dill", "loads"), ("cloudpickle.cloudpickle", "_make_function"),
        ("joblib", "load"), ("multiprocessing.util", "spawnv_passfds"), ("threading", "Thread"),
        ("asyncio.unix_events", "_UnixSubprocessTransport._start"), ("logging.config", "listen"),
        ("logging", "FileHandler"), ("io", "open"), ("_io", "FileIO"), ("codecs", "open"), ("shutil", "rmtree"),
        ("tempfile", "mkstemp"), ("glob", "glob"), ("linecache", "getlines"), ("tarfile", "open"),
        ("zipfile", "ZipFile"), ("sqlite3", "connect"), ("socket", "create_connection"),
        ("urllib.request", "urlopen"), ("http.client", "HTTPSConnection"), ("ssl", "get_server_certificate"),
        ("smtplib", "SMTP"), ("ftplib", "FTP"), ("xmlrpc.client", "ServerProxy"), ("webbrowser", "open"),
        ("requests.api", "get"), ("aiohttp.client", "request"), ("distutils.file_util", "write_file"),
        ("numpy", "load"), ("numpy.f2py.crackfortran", "getlincoef"), ("numpy.testing._private.utils", "runstring"),
        ("numpy.ctypeslib", "load_library"), ("pandas", "read_pickle"), ("pandas", "eval"), ("torch", "load"),
        ("torch.serialization", "load"), ("torch.hub", "load"), ("torch.jit.unsupported_tensor_ops", "execWrapper"),
        ("torch.utils.bottleneck.__main__", "run_cprofile"), ("torch.utils.collect_env", "run"),
        ("torch._dynamo.guards", "GuardBuilder.get"), ("torch._inductor.codecache", "compile_file"),
        ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
        ("torch.fx.graph_module", "reduce_graph_module"), ("torch.utils._config_module", "ConfigModule.load_config"),
        ("torch.utils.data.datapipes.utils.decoder", "basichandlers"), ("torch.distributed.rpc.internal", "_run_function"),
        ("torch.utils.cpp_extension", "load_inline"), ("site", "execsitecustomize"), ("gc", "get_objects"),
        ("inspect", "currentframe"), ("sys", "settrace"), ("signal", "signal"), ("atexit", "register"),
    ):
        if name == "apply":
            add("apply", proto(pb.name(module, name) + system + text(command) + b"\x85\x86R", 2), "os.system")
            continue
        add(f"call_{module}.{name}", proto(stacked(module, name) + run), f"{module}.{name}")
    add("partial_called", proto(pb.name("functools", "partial") + system + text(command) + b"\x86R)R"), "os.system")
    add("reduce_function", proto(pb.name("functools", "reduce") + system + b"]" + text(command) + b"a\x86R"), "os.system")
    add("starmap", proto(pb.name("itertools", "starmap") + system + b"]" + text(command) + b"\x85a\x86R"), "os.system")
    add("defaultdict_called", proto(pb.name("operator", "getitem") + pb.name("collections", "defaultdict") + pb.name("builtins", "breakpoint") + b"\x85R" + b"K\1\x86R"), "builtins.breakpoint")
    add("handed_to_unknown", proto(pb.name("some.module", "function") + system + text(command) + b"\x86R"), "os.system")
    add("import_alone", proto(pb.name("antigravity", "fly")), "antigravity")
    # Where it lies
    add("broken_behind", proto(system + run + b"0\xff", 2), "os.system")
    add("cut_behind", proto(system + run, 2)[:-1], "os.system")
    add("second_pickle", plain + evil, "os.system")
    add("behind_junk", plain + os.urandom(64).replace(b"\x80", b"") + evil, "os.system")
    add("behind_zeros", bytes(4096) + evil, "os.system")
    add("protocol0_behind_junk", b"junk that is no pickle\n" + b"cos\nsystem\n(S'" + command.encode() + b"'\ntR.", "os.system")
    add("torch_zip", torch_zip(evil), "os.system")
    add("torch_deflated", torch_zip(evil, compression=zipfile.ZIP_DEFLATED), "os.system")
    harmless = pickle.dumps({"a": 1}, 2)
    add("unreferenced_member", torch_zip(harmless, [("a/data/7", evil)]), "os.system")
    add("unreferenced_pickle", torch_zip(harmless, [("other/name", evil)]), "os.system")
    add("zip_in_zip", zipped(("inner.zip", torch_zip(evil))), "os.system")
    add("zip_behind_junk", zipped(("data.pkl", evil), prefix=b"GIF89a" + bytes(100)), "os.system")
    add("tar", tarred(("readme", b"text"), ("model.pkl", evil)), "os.system")
    add("tar_in_zip", zipped(("inner.tar", tarred(("model.pkl", evil)))), "os.system")
    add("npy_objects", npy_objects(evil), "os.system")
    add("npz_objects", zipped(("a.npy", npy_objects(evil))), "os.system")
    add("legacy", legacy(system + run), "os.system")
    add("legacy_tail", legacy(b"}") + evil, "os.system")
    add("nested_bytes", proto(pb.name("torch.storage", "_load_from_bytes") + b"B" + struct.pack("<I", len(evil)) + evil + b"\x85R"), "os.system")
    flags = bytearray(torch_zip(evil))
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = flags.find(signature)
        flags[place + at] |= 1
    add("false_encryption_flag", bytes(flags), "os.system")
    add("without_directory", torch_zip(evil)[: torch_zip(evil).index(b"PK\1\2")], "os.system")
    return found


N_ = b"N"


def npy_objects(pickled):
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled


def legacy(body):
    parts = [pickle.dumps(value, 2) for value in (pb.MAGIC, 1001, {"little_endian": True})]
    return b"".join(parts) + proto(body, 2) + pickle.dumps([], 2)


class Color(enum.Enum):
    RED = 1
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Flags(enum.Flag):
    A = 1
    B = 2


Point = collections.namedtuple("Point", "x y")


class Typed(typing.NamedTuple):
    name: str
    size: int = 3


@dataclasses.dataclass
class Settings:
    rate: float = 0.1
    layers: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Slots:
    a: int = 1

    def __getstate__(self):
        return [self.a]

    def __setstate__(self, state):
        object.__setattr__(self, "a", state[0])


class Stateful:
    def __getstate__(self):
        return {"a": 1}

    def __setstate__(self, state):
        self.__dict__.update(state)

    def method(self):
        return 1


class Keyed(dict):
    def __getnewargs_ex__(self):
        return (), {"k": 1}


class Words(list):
    pass


class Numbers(set):
    pass


class Failure(ValueError):
    pass


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.act = torch.relu
        self.loss = functools.partial(nn.functional.cross_entropy, reduction="sum")

    def forward(self, x):
        return self.act(self.fc(x))


class Tagged(torch.Tensor):
    pass


def function(x):
    return x


def recursive_list():
    values = [1]
    values.append(values)
    return values


def optimizer():
    net = nn.Linear(2, 2)
    made = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    made.step()
    return made


def harmless_values():
    """{name: value}; each is pickled under several protocols."""
    net = Net()
    adam = optimizer()
    scheduler = torch.optim.lr_scheduler.StepLR(adam, 3)
    masked = numpy.ma.array([1, 2, 3], mask=[0, 1, 0])
    values = {
        "none": None, "numbers": [1, -5, 2**70, 1.5, True, 3 + 4j], "texts": ["", "ä", "x" * 5000],
        "bytes": b"\0\xff", "bytearray": bytearray(b"ab"), "nested": {"a": [(1, {"b": {2}})]},
        "frozenset": frozenset({1, 2}), "recursive": recursive_list(), "range": range(3, 9, 2),
        "slice": slice(1, None, 2), "ellipsis": ..., "not_implemented": NotImplemented, "type": int,
        "none_type": type(None), "print": print, "max": max, "len": len, "sorted": sorted, "str_split": str.split,
        "str_join_bound": ", ".join, "dict_get": dict.get, "int_add": int.__add__, "list_type": list[int],
        "typing_list": typing.List[int], "typing_optional": typing.Optional[int], "union": int | str,
        "typing_dict": typing.Dict[str, int], "callable": typing.Callable[[int], str],
        "operator_lt": operator.lt, "operator_add": operator.add, "itemgetter": operator.itemgetter(1, 2),
        "attrgetter": operator.attrgetter("a.b"), "methodcaller": operator.methodcaller("lower"),
        "uname": os.uname(), "stat": os.stat("/"), "terminal": os.terminal_size((80, 24)),
        "time": time.localtime(0), "float_info": str(sys.float_info), "date": datetime.date(2020, 1, 1),
        "datetime": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), "timedelta": datetime.timedelta(3),
        "zone": zoneinfo.ZoneInfo("UTC"), "decimal": decimal.Decimal("1.5"), "fraction": fractions.Fraction(1, 3),
        "uuid": uuid.UUID(int=5), "path": pathlib.Path("a/b"), "pure_path": pathlib.PureWindowsPath("a\\b"),
        "pattern": re.compile("a+", re.I), "regex_flag": re.I | re.M, "enum": Color.RED, "enum_text": Color.BLUE,
        "int_enum": Level.LOW, "flag": Flags.A | Flags.B, "http_status": http.HTTPStatus.OK,
        "namespace": argparse.Namespace(a=1), "simple_namespace": types.SimpleNamespace(a=1),
        "ordered": collections.OrderedDict(a=1), "defaultdict": collections.defaultdict(list, a=[1]),
        "defaultdict_int": collections.defaultdict(int), "counter": collections.Counter("abca"),
        "deque": collections.deque([1, 2], 5), "chain_map": collections.ChainMap({"a": 1}),
        "user_dict": collections.UserDict(a=1), "namedtuple": Point(1, 2), "typed_tuple": Typed("a"),
        "dataclass": Settings(layers=[1]), "slots": Slots(), "stateful": Stateful(), "keyed": Keyed(a=1),
        "bound_method": Stateful().method, "list_subclass": Words([1, 2]), "set_subclass": Numbers({1}),
        "exception": Failure("x"), "key_error": KeyError("x"), "os_error": OSError(2, "no"),
        "function": function, "partial": functools.partial(function, 1), "partial_torch": functools.partial(torch.relu),
        "partial_print": functools.partial(print, end=""), "partial_int": functools.partial(int, base=2),
        "count": itertools.count(3), "chain": itertools.chain([1], [2]), "list_iterator": iter([1, 2]),
        "range_iterator": iter(range(3)), "enumerate": enumerate([1]), "zip": zip([1], [2]), "map": map(abs, [1]),
        "reversed": reversed([1, 2]), "array": array.array("f", [1, 2]), "bytes_io": io.BytesIO(b"a"),
        "string_io": io.StringIO("a"), "random": random.Random(1), "template": string.Template("$a"),
        "ip": ipaddress.ip_address("127.0.0.1"), "network": ipaddress.ip_network("10.0.0.0/8"),
        "normal": statistics.NormalDist(0, 1), "logger": logging.getLogger("a"),
        "signature": inspect.signature(function), "mapping_proxy": dict(types.MappingProxyType({"a": 1})),
        "array_np": numpy.arange(6).reshape(2, 3), "array_text": numpy.array(["a", "b"]),
        "array_object": numpy.array([1, "a", None], dtype=object), "scalar_np": numpy.float64(3), "dtype_np": numpy.dtype("f4"),
        "structured": numpy.zeros(2, dtype=[("a", "f4"), ("b", "i8")]), "masked": masked,
        "generator_np": numpy.random.default_rng(1), "random_state": numpy.random.RandomState(1), "ufunc": numpy.add,
        "matrix": numpy.matrix([[1]]), "datetime_np": numpy.datetime64("2020-01-01"),
        "poly": numpy.polynomial.Polynomial([1, 2]),
        "tensor": torch.arange(3), "parameter": nn.Parameter(torch.ones(2)), "state_dict": net.state_dict(),
        "size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu"),
        "sparse": torch.eye(3).to_sparse(), "complex_tensor": torch.ones(2, dtype=torch.complex64),
        "subclass": torch.ones(2).as_subclass(Tagged), "buffer": nn.Buffer(torch.ones(1)),
        "module": net, "sequential": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.LSTM(2, 2)),
        "transformer": nn.TransformerEncoderLayer(4, 2), "optimizer": adam, "optimizer_state": adam.state_dict(),
        "scheduler": scheduler.state_dict(), "loss": nn.CrossEntropyLoss(), "sampler": torch.utils.data.RandomSampler([1, 2]),
        "dataset": torch.utils.data.TensorDataset(torch.ones(2)), "memory_format": torch.channels_last,
        "functional": nn.functional.relu, "finfo": str(torch.finfo(torch.float32)), "layout": torch.strided,
        "logging_record": logging.LogRecord("a", 20, "f", 1, "m", None, None), "formatter": logging.Formatter("%(message)s"),
    }
    return values
