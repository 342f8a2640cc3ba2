#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mlpctl/state/tensor.hpp"

namespace mlpctl::state {

/// Fills `to`, of tensor.numel() floats, with the values in C order: float32 as they are, other
/// real floats converted, views and big-endian storages put in order. Throws Error for another
/// type, and for a damaged storage.
void read_floats(const Tensor& tensor, std::span<float> to);

/// The same into a new vector.
std::vector<float> to_float32(const Tensor& tensor);

/// The values as bytes to write: as float32, float16 or bfloat16, rounded to the nearest. Throws
/// Error for another dtype.
std::vector<std::byte> from_float32(std::span<const float> values, DType dtype);

/// Values and what keeps them alive.
struct Floats {
  std::span<const float> values;
  std::shared_ptr<const void> owner;
};

/// As to_float32, without a copy where the file holds them in this form and is in memory.
Floats view_floats(const Tensor& tensor);

}  // namespace mlpctl::state
