#pragma once

// The bridge to LibTorch, for programs that link it: state files into torch::Tensor and modules.

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/fit.hpp"
#include "mlpctl/state/reader.hpp"

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
  for (const auto& [name, tensor] : list_tensors(file.root))
    all.emplace_back(name, to_torch(tensor));
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

}  // namespace mlpctl::state
