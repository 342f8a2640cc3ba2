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

/// IEEE half precision, rounded to nearest, ties to even; beyond 65504 infinity.
inline std::uint16_t to_float16(float value) {
  const auto all = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = all >> 16U & 0x8000U;
  const std::uint32_t bits = all & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (bits >= 0x47800000U) {  // 65536 and more
    half = bits > 0x7F800000U ? 0x7E00U : 0x7C00U;
  } else if (bits < 0x38800000U) {  // below 2^-14: adding 0.5 lets the processor round
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0.5F) - 0x3F000000U;
  } else {  // the exponent's bias goes from 127 to 15, half of the last place is added
    half = (bits - (112U << 23U) + 0xFFFU + (bits >> 13U & 1U)) >> 13U;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// bfloat16, rounded to nearest, ties to even.
inline std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return 0x7FC0;
  return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U);
}

/// Converts consecutive little-endian items to float32: exactly, except that float64 is rounded
/// and becomes infinite beyond float32's range. `items` holds to.size() items of a type
/// that is_real_float.
void widen(std::span<const std::byte> items, DType dtype, std::span<float> to);

}  // namespace mlpctl::state
