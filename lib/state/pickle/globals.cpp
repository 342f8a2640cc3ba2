#include "state/pickle/globals.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "state/pickle/literals.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/utf8.hpp"
#include "state/verdict/judgement.hpp"

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
    Pair{"torch.storage", "_load_from_bytes", Role::kLoadFromBytes},
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
    Pair{"torch._utils", "_rebuild_wrapper_subclass", Role::kRebuildWrapper},
    Pair{"torch.jit._pickle", "build_intlist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_doublelist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_boollist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "build_tensorlist", Role::kTorchScriptList},
    Pair{"torch.jit._pickle", "restore_type_tag", Role::kTorchScriptList},
};

constexpr auto kTorchValues = std::to_array<std::string_view>(
    {"per_tensor_affine", "per_channel_affine", "per_tensor_symmetric", "per_channel_symmetric",
     "per_channel_affine_float_qparams"});

bool is_builtins(std::string_view module) {
  return module == "builtins" || module == "__builtin__" || module == "__builtins__";
}

Role role_of_builtin(std::string_view name) {
  if (name == "set" || name == "frozenset") return Role::kSet;
  if (name == "bytearray") return Role::kByteArray;
  if (name == "getattr") return Role::kGetAttribute;
  const Treatment treatment = judge("builtins", name).treatment;
  const bool harmless = treatment == Treatment::kHarmless || treatment == Treatment::kData;
  return harmless ? Role::kKnown : Role::kForeign;
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
  return global;
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

}  // namespace mlpctl::state
