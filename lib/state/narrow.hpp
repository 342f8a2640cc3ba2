#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "state/dtype.hpp"

namespace mlpctl::state {

/// IEEE half precision, rounded to nearest, ties to even; beyond 65504 infinity.
std::uint16_t to_float16(float value);
/// bfloat16, rounded to nearest, ties to even.
std::uint16_t to_bfloat16(float value);

/// The values as float32, float16 or bfloat16. Throws UsageError for another dtype.
std::vector<std::byte> narrow(std::span<const float> values, DType dtype);

}  // namespace mlpctl::state
