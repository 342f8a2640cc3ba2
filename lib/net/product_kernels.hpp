#pragma once

#include <cstdint>

/// The product of two dense matrices. The instruction set is chosen once, when the program first
/// asks.
namespace mlpctl::net {

/// The left matrix: values[r * row_stride + k * term_stride], so that a transpose costs nothing.
struct Left {
  const float* values;
  std::int64_t row_stride, term_stride;
};

/// The right matrix: values[k * stride + column].
struct Right {
  const float* values;
  std::int64_t stride;
};

struct ProductSize {
  std::int64_t rows, terms;
  /// A multiple of kStrip.
  std::int64_t columns;
};

/// Columns are padded to this, the widest vector.
inline constexpr std::int64_t kStrip = 16;

/// out[r * out_stride + c] = start[c] + sum over k of left(r, k) * right(k, c); start null: 0.
void multiply(const Left& left, const Right& right, const ProductSize& size, const float* start,
              float* out, std::int64_t out_stride);

}  // namespace mlpctl::net
