#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mlpctl/state/dtype.hpp"

namespace mlpctl::state {

// Inline, because position-independent code does not inline what a library exports, and without it
// the loops over them are not vectorised.

/// Exact: every half is a float.
inline float from_float16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  const std::uint32_t shifted = (bits & 0x7FFFU) << 13U;
  // The product moves the bias from 15 to 127, subnormal halves included.
  const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(shifted) * 0x1p112F);
  const std::uint32_t special = (bits & 0x7C00U) == 0x7C00U ? 0x7F800000U : 0U;
  return std::bit_cast<float>(sign | scaled | special);
}

/// Exact: a bfloat16 is the upper half of a float.
inline float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

/// Converts consecutive little-endian items to float32: exactly, except that float64 is rounded
/// and becomes infinite beyond float32's range. `items` holds to.size() items of a type
/// that is_real_float.
void widen(std::span<const std::byte> items, DType dtype, std::span<float> to);

}  // namespace mlpctl::state
