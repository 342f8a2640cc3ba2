#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <span>
#include <vector>

#include "model/parameters.hpp"

namespace mlpctl::train {

/// The eight tensors in the order of model::kEntries.
using Tensors = std::array<at::Tensor, model::kEntries.size()>;

/// Copies of the values on the device.
Tensors to_tensors(const model::Parameters& parameters, const at::Device& device);
/// The values; zeros for a tensor that is not defined.
model::Parameters to_parameters(const Tensors& tensors);

/// The tensor's values; it must be contiguous float32 on the CPU.
std::span<float> values_of(const at::Tensor& tensor);

}  // namespace mlpctl::train
