#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "state/dtype.hpp"

namespace mlpctl::state {

/// Exact: every half is a float.
float from_float16(std::uint16_t bits);
/// Exact: a bfloat16 is the upper half of a float.
float from_bfloat16(std::uint16_t bits);

/// Converts consecutive little-endian items to float32: exactly, except that float64 is rounded
/// and becomes infinite beyond float32's range. `items` holds to.size() items of a type
/// that is_real_float.
void widen(std::span<const std::byte> items, DType dtype, std::span<float> to);

}  // namespace mlpctl::state
