#pragma once

#include <span>
#include <vector>

#include "state/tensor.hpp"

namespace mlpctl::state {

/// Fills `to`, of tensor.numel() floats, with the values in C order: float32 as they are, other
/// real floats converted, views and big-endian storages put in order. Throws Error for another
/// type, and for a damaged storage.
void read_floats(const Tensor& tensor, std::span<float> to);

/// The same into a new vector.
std::vector<float> to_float32(const Tensor& tensor);

}  // namespace mlpctl::state
