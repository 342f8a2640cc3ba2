#include "train/torch/tensors.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace mlpctl::train {
namespace {

at::Tensor to_tensor(const model::Entry& entry, const std::vector<float>& values,
                     const at::Device& device) {
  const std::vector<std::int64_t> shape(entry.shape().begin(), entry.shape().end());
  at::Tensor tensor = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), values_of(tensor).begin());
  return tensor.to(device);
}

}  // namespace

std::span<float> values_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

Tensors to_tensors(const model::Parameters& parameters, const at::Device& device) {
  Tensors tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    tensors[i] = to_tensor(model::kEntries[i], parameters.tensors[i], device);
  }
  return tensors;
}

model::Parameters to_parameters(const Tensors& tensors) {
  model::Parameters parameters;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].defined()) continue;
    const at::Tensor here = tensors[i].detach().to(at::kCPU).contiguous();
    const auto values = values_of(here);
    std::copy(values.begin(), values.end(), parameters.tensors[i].begin());
  }
  return parameters;
}

}  // namespace mlpctl::train
