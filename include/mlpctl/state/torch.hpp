#pragma once

// The bridge to LibTorch, for programs that link it: state files into torch::Tensor and modules,
// and modules into state files.

#include <torch/nn/module.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/fit.hpp"
#include "mlpctl/state/pairing.hpp"
#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/selection.hpp"
#include "mlpctl/state/writer.hpp"

namespace mlpctl::state {

/// LibTorch's type of the same name; nothing for those it cannot hold in a plain tensor.
inline std::optional<torch::ScalarType> torch_type(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return torch::kFloat32;
    case DType::kFloat64:
      return torch::kFloat64;
    case DType::kFloat16:
      return torch::kFloat16;
    case DType::kBFloat16:
      return torch::kBFloat16;
    case DType::kInt8:
      return torch::kInt8;
    case DType::kInt16:
      return torch::kInt16;
    case DType::kInt32:
      return torch::kInt32;
    case DType::kInt64:
      return torch::kInt64;
    case DType::kUInt8:
      return torch::kUInt8;
    case DType::kUInt16:
      return torch::kUInt16;
    case DType::kUInt32:
      return torch::kUInt32;
    case DType::kUInt64:
      return torch::kUInt64;
    case DType::kBool:
      return torch::kBool;
    case DType::kComplex32:
      return torch::kComplexHalf;
    case DType::kComplex64:
      return torch::kComplexFloat;
    case DType::kComplex128:
      return torch::kComplexDouble;
    case DType::kFloat8E4M3Fn:
      return torch::kFloat8_e4m3fn;
    case DType::kFloat8E5M2:
      return torch::kFloat8_e5m2;
    default:
      return std::nullopt;
  }
}

/// The type of the same name here; nothing for those that torch_type does not know.
inline std::optional<DType> dtype_of(torch::ScalarType type) {
  using enum DType;
  for (const DType dtype :
       {kFloat32, kFloat64, kFloat16, kBFloat16, kInt8, kInt16, kInt32, kInt64, kUInt8, kUInt16,
        kUInt32, kUInt64, kBool, kComplex32, kComplex64, kComplex128, kFloat8E4M3Fn, kFloat8E5M2}) {
    if (torch_type(dtype) == type) return dtype;
  }
  return std::nullopt;
}

/// A copy of the values in memory of its own. Throws Error for sparse, quantised and meta tensors
/// and for damaged storages.
inline torch::Tensor to_torch(const Tensor& tensor) {
  const auto type = torch_type(tensor.dtype);
  if (!type || tensor.layout != Layout::kStrided || tensor.neg || tensor.conj) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of type " + std::string(to_string(tensor.dtype)) + " (" +
                    std::string(to_string(tensor.layout)) + ") cannot become a torch::Tensor");
  }
  auto result = torch::empty(tensor.shape, torch::TensorOptions().dtype(*type));
  const std::vector<std::byte> bytes = contiguous_bytes(tensor);
  if (!bytes.empty()) std::memcpy(result.data_ptr(), bytes.data(), bytes.size());
  return result;
}

/// All tensors of a file by the paths to them.
inline std::vector<std::pair<std::string, torch::Tensor>> torch_tensors(const StateFile& file) {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& [name, tensor] : list_tensors(file)) all.emplace_back(name, to_torch(tensor));
  return all;
}

/// Fills a module's parameters and buffers with a Python state_dict(), wherever the file holds it
/// and with the usual prefixes taken off, strictly: all names and shapes and nothing else. `key`
/// chooses among several. Throws MisfitError or Error before the first value is changed.
inline void load_into(torch::nn::Module& module, const StateFile& file, std::string_view key = {}) {
  require_harmless(file);
  std::vector<ExpectedTensor> expected;
  std::vector<torch::Tensor> targets;
  const auto expect = [&](const auto& items) {
    for (const auto& item : items) {
      expected.push_back(
          {item.key(), item.value().sizes().vec(), !item.value().is_floating_point()});
      targets.push_back(item.value());
    }
  };
  expect(module.named_parameters());
  expect(module.named_buffers());
  const Fit found = fit(file, expected, key);
  std::vector<torch::Tensor> values;
  for (const Tensor& tensor : found.tensors) values.push_back(to_torch(tensor));
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i].copy_(values[i]);
}

/// A module's parameters and buffers by their names, as Python's state_dict() has them.
inline std::vector<std::pair<std::string, torch::Tensor>> module_tensors(
    const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& item : module.named_parameters()) all.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) all.emplace_back(item.key(), item.value());
  return all;
}

/// How fill_module finds a module's tensors in a file.
struct FillOptions {
  enum class By {
    kName,   ///< Under `file_name` of their names, or their names.
    kOrder,  ///< By shape, kind of number and order (pair_names), whatever they are called.
  };
  By by = By::kName;
  /// The part of the file to look in, as Selection has it. By name, empty: the part where most of
  /// the names are ("state_dict", "module", or all of the file).
  std::string key = {};
  std::function<std::string(const std::string& name)> file_name = {};
  /// Throw when something is missing or left over, instead of saying it alone.
  bool strict = true;
};

/// What was done: names of the module in `filled` and `missing`, of the file in `left_over`.
struct FillReport {
  std::vector<std::string> filled, missing, left_over;
};

namespace detail {

/// Only what pairs are made by: of floats the width does not matter, copying converts them.
inline NamedTensor form_of(std::string name, DType dtype, std::vector<std::int64_t> shape) {
  Tensor form;
  form.dtype = is_real_float(dtype) ? DType::kFloat32 : dtype;
  form.shape = std::move(shape);
  return {std::move(name), std::move(form)};
}

/// (place in the module, place in the file)
using Places = std::vector<std::pair<std::size_t, std::size_t>>;

inline Places places_by_order(const std::vector<std::pair<std::string, torch::Tensor>>& wanted,
                              const std::vector<NamedTensor>& found) {
  std::vector<NamedTensor> first, second;
  for (const auto& [name, tensor] : wanted) {
    const auto dtype = dtype_of(tensor.scalar_type());
    first.push_back(form_of(name, dtype.value_or(DType::kBits8), tensor.sizes().vec()));
  }
  for (const auto& [name, tensor] : found) {
    second.push_back(form_of(name, tensor.dtype, tensor.shape));
  }
  Places places;
  for (const NamePair& pair : pair_names(first, second).pairs) {
    places.emplace_back(pair.first, pair.second);
  }
  return places;
}

inline std::string file_name(const FillOptions& options, const std::string& own) {
  return options.file_name ? options.file_name(own) : own;
}

/// Calls `use` with each part of a file that a name lies in, and its name there: "a.b.c" is in the
/// whole file (""), as b.c in a, and as c in a.b.
template <typename Use>
void for_each_part(const std::string& name, const Use& use) {
  use(std::string(), name);
  for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
    use(name.substr(0, dot), name.substr(dot + 1));
  }
}

/// The part of the file in which most of the module's names are. Throws Error when two are alike.
inline std::string part_of(const StateFile& file, const std::vector<NamedTensor>& found,
                           const std::vector<std::pair<std::string, torch::Tensor>>& wanted,
                           const FillOptions& options) {
  std::unordered_set<std::string> names;
  for (const auto& [own, tensor] : wanted) names.insert(file_name(options, own));
  std::unordered_map<std::string, std::size_t> counts;
  for (const auto& [full, tensor] : found) {
    for_each_part(full, [&](const std::string& part, const std::string& name) {
      if (names.count(name) > 0) ++counts[part];
    });
  }
  std::size_t most = 0;
  for (const auto& [part, count] : counts) most = std::max(most, count);
  std::vector<std::string> best;
  for (const auto& [part, count] : counts) {
    if (count == most) best.push_back(part);
  }
  if (best.size() > 1) {
    throw Error(ErrorCode::kInvalidArgument, file.path + ": has these names in several parts, " +
                                                 best[0] + " and " + best[1] +
                                                 " among them; choose one with `key`");
  }
  return best.empty() ? std::string() : best[0];
}

inline std::vector<NamedTensor> tensors_of(
    const StateFile& file, const std::vector<std::pair<std::string, torch::Tensor>>& wanted,
    const FillOptions& options) {
  std::vector<NamedTensor> found = choose(file, {.key = options.key}).tensors;
  if (!options.key.empty() || options.by == FillOptions::By::kOrder) return found;
  const std::string part = part_of(file, found, wanted, options);
  return part.empty() ? found : choose(file, {.key = part}).tensors;
}

inline Places places_by_name(const std::vector<std::pair<std::string, torch::Tensor>>& wanted,
                             const std::vector<NamedTensor>& found, const FillOptions& options) {
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < found.size(); ++i) by_name.emplace(found[i].name, i);
  Places places;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto at = by_name.find(file_name(options, wanted[i].first));
    if (at != by_name.end()) places.emplace_back(i, at->second);
  }
  return places;
}

/// Throws Error unless a module's tensor can take the file's: of one shape, and without losing the
/// imaginary part or what is behind the point.
inline void check_fits(const StateFile& file, const NamedTensor& found, const std::string& name,
                       const torch::Tensor& wanted) {
  const auto& [found_name, tensor] = found;
  if (tensor.shape != wanted.sizes().vec()) {
    throw Error(ErrorCode::kNotSupported, file.path + ": " + found_name + " is of shape " +
                                              tensor.shape_text() + ", which is not the shape of " +
                                              name);
  }
  const bool real_into_integer = is_real_float(tensor.dtype) && !wanted.is_floating_point();
  const bool loses = is_complex(tensor.dtype) || real_into_integer;
  if (loses && !wanted.is_complex()) {
    throw Error(ErrorCode::kNotSupported, file.path + ": " + found_name + " is " +
                                              std::string(to_string(tensor.dtype)) + ", which " +
                                              name + " cannot hold");
  }
}

inline std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace detail

/// Fills a module of any kind with the tensors of a file of any kind. Floats are converted to the
/// module's type. Throws Error, before the first value is changed, when shapes differ, when a type
/// would lose what the file has, and when `strict` is not met.
inline FillReport fill_module(torch::nn::Module& module, const StateFile& file,
                              const FillOptions& options = {}) {
  require_harmless(file);
  const auto wanted = module_tensors(module);
  const std::vector<NamedTensor> found = detail::tensors_of(file, wanted, options);
  const detail::Places places = options.by == FillOptions::By::kOrder
                                    ? detail::places_by_order(wanted, found)
                                    : detail::places_by_name(wanted, found, options);
  std::vector<bool> filled(wanted.size()), used(found.size());
  std::vector<torch::Tensor> values;
  for (const auto& [own, other] : places) {
    detail::check_fits(file, found[other], wanted[own].first, wanted[own].second);
    values.push_back(to_torch(found[other].tensor));
    filled[own] = used[other] = true;
  }
  FillReport report;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    (filled[i] ? report.filled : report.missing).push_back(wanted[i].first);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!used[i]) report.left_over.push_back(found[i].name);
  }
  if (options.strict && (!report.missing.empty() || !report.left_over.empty())) {
    throw Error(ErrorCode::kNotSupported,
                file.path + ": missing: " + detail::names_text(report.missing) +
                    "; left over: " + detail::names_text(report.left_over));
  }
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < places.size(); ++i) wanted[places[i].first].second.copy_(values[i]);
  return report;
}

/// Writes a module's parameters and buffers as a file that Python's load_state_dict takes, under
/// the module's own names. Throws Error for types that no file holds.
inline void save_module(const std::string& path, const torch::nn::Module& module,
                        const WriteOptions& options = {}) {
  std::vector<torch::Tensor> kept;
  DictValue root;
  for (const auto& [name, tensor] : module_tensors(module)) {
    const auto dtype = dtype_of(tensor.scalar_type());
    if (!dtype) throw Error(ErrorCode::kNotSupported, name + ": its type cannot be written");
    kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const auto* bytes = static_cast<const std::byte*>(kept.back().data_ptr());
    root.emplace_back(name,
                      TensorValue{tensor.sizes().vec(), *dtype, {bytes, kept.back().nbytes()}});
  }
  write_state(path, root, options);
}

}  // namespace mlpctl::state
