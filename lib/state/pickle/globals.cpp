#include "state/pickle/globals.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "state/pickle/literals.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

struct Pair {
  std::string_view module;
  std::string_view name;
  Role role;
};

/// The allowlist: the pairs that torch.load(weights_only=True) builds from plain data.
constexpr std::array kPairs{
    Pair{"collections", "OrderedDict", Role::kOrderedDict},
    Pair{"collections", "Counter", Role::kCounter},
    Pair{"collections", "defaultdict", Role::kDefaultDict},
    Pair{"_codecs", "encode", Role::kEncode},
    Pair{"copyreg", "_reconstructor", Role::kReconstructor},
    Pair{"copy_reg", "_reconstructor", Role::kReconstructor},
    Pair{"numpy.core.multiarray", "_reconstruct", Role::kReconstructor},
    Pair{"numpy._core.multiarray", "_reconstruct", Role::kReconstructor},
    Pair{"torch", "Size", Role::kSize},
    Pair{"torch", "device", Role::kKnown},
    Pair{"torch", "Tensor", Role::kTensorClass},
    Pair{"torch.nn.parameter", "Parameter", Role::kTensorClass},
    Pair{"torch.nn.parameter", "Buffer", Role::kTensorClass},
    Pair{"torch.autograd.variable", "Variable", Role::kTensorClass},
    Pair{"torch.storage", "TypedStorage", Role::kTypedStorage},
    Pair{"torch.storage", "_TypedStorage", Role::kTypedStorage},
    Pair{"torch.storage", "UntypedStorage", Role::kUntypedStorage},
    Pair{"torch.storage", "_UntypedStorage", Role::kUntypedStorage},
    Pair{"torch", "UntypedStorage", Role::kUntypedStorage},
    Pair{"torch", "TypedStorage", Role::kTypedStorage},
    Pair{"torch.serialization", "_get_layout", Role::kKnown},
    Pair{"torch._utils", "_rebuild_tensor", Role::kRebuildTensor},
    Pair{"torch._utils", "_rebuild_tensor_v2", Role::kRebuildTensor},
    Pair{"torch._utils", "_rebuild_tensor_v3", Role::kRebuildTensorV3},
    Pair{"torch._utils", "_rebuild_parameter", Role::kRebuildParameter},
    Pair{"torch._utils", "_rebuild_parameter_with_state", Role::kRebuildParameter},
    Pair{"torch._tensor", "_rebuild_from_type_v2", Role::kRebuildFromType},
    Pair{"torch._tensor", "_rebuild_from_type", Role::kRebuildFromType},
    Pair{"torch.tensor", "_rebuild_from_type", Role::kRebuildFromType},
    Pair{"torch._utils", "_rebuild_meta_tensor_no_storage", Role::kRebuildMeta},
    Pair{"torch._utils", "_rebuild_sparse_tensor", Role::kRebuildSparse},
    Pair{"torch._utils", "_rebuild_sparse_csr_tensor", Role::kRebuildSparse},
    Pair{"torch._utils", "_rebuild_qtensor", Role::kRebuildQuantised},
    Pair{"torch._utils", "_rebuild_device_tensor_from_cpu_tensor", Role::kRebuildDevice},
    Pair{"torch._utils", "_rebuild_device_tensor_from_numpy", Role::kRebuildDevice},
    Pair{"torch._utils", "_rebuild_xla_tensor", Role::kRebuildDevice},
    Pair{"torch._utils", "_rebuild_nested_tensor", Role::kRebuildNested},
    Pair{"torch.jit._pickle", "build_intlist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_doublelist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_boollist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_tensorlist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "restore_type_tag", Role::kTorchScriptList},
};

constexpr auto kHarmlessBuiltins = std::to_array<std::string_view>(
    {"bool",  "bytes", "complex", "dict", "ellipsis", "Ellipsis",  "float",      "frozenset",
     "int",   "list",  "long",    "None", "NoneType", "object",    "property",   "range",
     "slice", "str",   "tuple",   "type", "unicode",  "Exception", "ValueError", "xrange"});

constexpr auto kTorchValues = std::to_array<std::string_view>(
    {"per_tensor_affine", "per_channel_affine", "per_tensor_symmetric", "per_channel_symmetric",
     "per_channel_affine_float_qparams"});

/// What runs programs or code, opens files or reaches the network. No such list is complete, and
/// nothing is executed whether a name stands here or not: this decides only whether a file is
/// called malicious. Packages count with all below them; modules of one file do not, because a
/// user's own package may be called code or profile.
constexpr auto kDangerousPackages =
    std::to_array<std::string_view>({"os",         "asyncio",
                                     "importlib",  "ctypes",
                                     "cffi",       "cloudpickle",
                                     "dill",       "multiprocessing",
                                     "urllib",     "http",
                                     "requests",   "aiohttp",
                                     "pip",        "ensurepip",
                                     "venv",       "distutils",
                                     "setuptools", "pydoc_data",
                                     "idlelib",    "lib2to3",
                                     "torch.hub",  "torch.utils.cpp_extension"});

constexpr auto kDangerousModules = std::to_array<std::string_view>({"posix",
                                                                    "nt",
                                                                    "posixpath",
                                                                    "ntpath",
                                                                    "sys",
                                                                    "subprocess",
                                                                    "_posixsubprocess",
                                                                    "commands",
                                                                    "popen2",
                                                                    "pty",
                                                                    "socket",
                                                                    "_socket",
                                                                    "socketserver",
                                                                    "ssl",
                                                                    "shutil",
                                                                    "glob",
                                                                    "tempfile",
                                                                    "imp",
                                                                    "runpy",
                                                                    "pkgutil",
                                                                    "zipimport",
                                                                    "code",
                                                                    "codeop",
                                                                    "bdb",
                                                                    "pdb",
                                                                    "cProfile",
                                                                    "profile",
                                                                    "trace",
                                                                    "timeit",
                                                                    "doctest",
                                                                    "_ctypes",
                                                                    "marshal",
                                                                    "pickle",
                                                                    "_pickle",
                                                                    "cPickle",
                                                                    "shelve",
                                                                    "operator",
                                                                    "_operator",
                                                                    "threading",
                                                                    "_thread",
                                                                    "signal",
                                                                    "webbrowser",
                                                                    "urllib2",
                                                                    "httplib",
                                                                    "ftplib",
                                                                    "smtplib",
                                                                    "telnetlib",
                                                                    "platform",
                                                                    "pydoc"});

/// Single functions and classes, and what is below them.
constexpr auto kDangerousPaths =
    std::to_array<std::string_view>({"_aix_support._read_cmd_output",
                                     "_io.FileIO",
                                     "_io.open",
                                     "_osx_support._read_output",
                                     "codecs.open",
                                     "functools.reduce",
                                     "gc.get_objects",
                                     "imaplib.IMAP4_stream",
                                     "inspect.currentframe",
                                     "io.FileIO",
                                     "io.open",
                                     "io.open_code",
                                     "joblib.load",
                                     "linecache.getlines",
                                     "logging.config",
                                     "mailcap.findmatch",
                                     "numpy.f2py.crackfortran",
                                     "numpy.load",
                                     "numpy.testing._private.utils",
                                     "pandas.eval",
                                     "pandas.read_pickle",
                                     "site.main",
                                     "test.support.script_helper",
                                     "torch._dynamo.guards",
                                     "torch._inductor.codecache",
                                     "torch.compile",
                                     "torch.distributed.rpc.internal",
                                     "torch.fx.experimental.symbolic_shapes.ShapeEnv",
                                     "torch.jit.load",
                                     "torch.jit.unsupported_tensor_ops.execWrapper",
                                     "torch.load",
                                     "torch.serialization.load",
                                     "torch.storage._load_from_bytes",
                                     "torch.utils._config_module",
                                     "torch.utils.bottleneck",
                                     "torch.utils.collect_env",
                                     "torch.utils.data.datapipes.utils.decoder",
                                     "types.CodeType",
                                     "types.FunctionType",
                                     "types.LambdaType",
                                     "unittest.mock._importer",
                                     "uuid._get_command_stdout",
                                     "xmlrpc.server"});

/// Modules that other modules import: protocol 4 walks to them through a harmless one
/// (torch.serialization's os.system).
constexpr auto kReachableModules =
    std::to_array<std::string_view>({"builtins", "ctypes", "importlib", "nt", "os", "posix", "pty",
                                     "runpy", "shutil", "socket", "subprocess", "sys"});

bool is_below(std::string_view module, std::string_view parent) {
  return module.starts_with(parent) &&
         (module.size() == parent.size() || module[parent.size()] == '.');
}

bool is_builtins(std::string_view module) {
  return module == "builtins" || module == "__builtin__" || module == "__builtins__";
}

Role role_of_builtin(std::string_view name) {
  if (name == "set" || name == "frozenset") return Role::kSet;
  if (name == "bytearray") return Role::kByteArray;
  if (name == "getattr") return Role::kGetAttribute;
  const bool harmless = std::ranges::find(kHarmlessBuiltins, name) != kHarmlessBuiltins.end();
  return harmless ? Role::kKnown : Role::kDangerous;
}

/// Whether a component of a dotted name is another module or an attribute of Python's own.
bool walks_to_danger(std::string_view name) {
  const bool dotted = name.find('.') != name.npos;
  while (!name.empty()) {
    std::string_view part = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    if (dotted && part.starts_with("__")) return true;
    if (part.starts_with('_')) part.remove_prefix(1);
    if (std::ranges::find(kReachableModules, part) != kReachableModules.end()) return true;
  }
  return false;
}

bool is_dangerous(std::string_view module, std::string_view name) {
  const auto below = [&](std::string_view parent) { return is_below(module, parent); };
  if (std::ranges::any_of(kDangerousPackages, below)) return true;
  if (std::ranges::find(kDangerousModules, module) != kDangerousModules.end()) return true;
  const std::string full = std::string(module) + "." + std::string(name);
  const auto at = [&](std::string_view path) { return is_below(full, path); };
  return std::ranges::any_of(kDangerousPaths, at) || walks_to_danger(name);
}

constexpr std::size_t kMaxName = 512, kGlobalBytes = 256;

/// What Python could import; text-mode copies leave a CR behind each line.
bool is_importable(std::string_view name) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  };
  return !name.empty() && std::ranges::none_of(name, is_control) && is_utf8(name);
}

}  // namespace

bool is_plain_attribute(std::string_view name) {
  return !name.starts_with("__") && !walks_to_danger(name);
}

Global make_global(std::string_view module, std::string_view name) {
  Global global{module, name, static_cast<std::uint8_t>(Role::kForeign), DType::kFloat32};
  const auto give = [&](Role role) {
    global.role = static_cast<std::uint8_t>(role);
    return global;
  };
  for (const Pair& pair : kPairs) {
    if (pair.module == module && pair.name == name) return give(pair.role);
  }
  if (is_builtins(module)) return give(role_of_builtin(name));
  if (module == "torch" || module == "torch.cuda") {
    if (const auto dtype = parse_storage_class(name)) {
      global.dtype = *dtype;
      return give(Role::kStorageClass);
    }
  }
  if (module == "torch") {
    if (const auto dtype = parse_dtype(name)) {
      global.dtype = *dtype;
      return give(Role::kDType);
    }
    if (name.ends_with("Tensor") && name.size() > 6) return give(Role::kKnown);  // FloatTensor, ...
    if (std::ranges::find(kTorchValues, name) != kTorchValues.end()) return give(Role::kKnown);
  }
  return give(is_dangerous(module, name) ? Role::kDangerous : Role::kForeign);
}

const Global* GlobalTable::get(std::string_view module, std::string_view name) {
  if (module.size() > kMaxName || name.size() > kMaxName) refuse_pickle("names a class too long");
  if (!is_importable(module) || !is_importable(name)) {
    refuse_pickle("names a class by what is no name");
  }
  const auto found = known_.find({module, name});
  if (found != known_.end()) return found->second;
  arena_.charge(kGlobalBytes);
  Global* global = arena_.global(make_global(module, name));
  known_.emplace(std::pair(module, name), global);
  order_.push_back(global);
  return global;
}

void GlobalTable::condemn(const Global& global) {
  known_.at({global.module, global.name})->role = static_cast<std::uint8_t>(Role::kDangerous);
}

}  // namespace mlpctl::state
