#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <span>
#include <vector>

#include "net/model.hpp"

namespace mlpctl::train {

/// The eight tensors in the order of net::kEntries.
using Tensors = std::array<at::Tensor, net::kEntries.size()>;

/// Copies of the values on the device.
Tensors to_tensors(const net::Parameters& parameters, const at::Device& device);
/// The values; zeros for a tensor that is not defined.
net::Parameters to_parameters(const Tensors& tensors);

/// The tensor's values; it must be contiguous float32 on the CPU.
std::span<float> values_of(const at::Tensor& tensor);

}  // namespace mlpctl::train
