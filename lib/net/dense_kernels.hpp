#pragma once

#include <cstdint>

/// The inner loop of a dense layer for a few inputs at a time. The instruction set is chosen once,
/// when the program first asks.
namespace mlpctl::net::dense {

/// Inputs that share one pass over the weights: 6 rows by 4 vectors keep 24 of 32 AVX-512 registers
/// busy with 10 loads for 24 multiply-adds.
inline constexpr std::int64_t kRows = 6;
/// Widths are multiples of this.
inline constexpr std::int64_t kStrip = 16;

constexpr std::int64_t padded(std::int64_t width) {
  return (width + kStrip - 1) / kStrip * kStrip;
}

/// One layer's share in a call: outputs = bias + inputs * weight.
struct Layer {
  const float* weight;  ///< [inputs][width]
  const float* bias;    ///< [width]
  std::int64_t width;   ///< a multiple of kStrip
  bool relu;            ///< outputs below zero become zero
};

struct Table {
  const char* name;
  /// For kRows inputs: out[r * layer.width + j] from in[r * in_stride + i], which meets the weights
  /// of input indices[i]; the inputs that no index names count as zero.
  void (*rows)(const Layer& layer, const float* in, std::int64_t in_stride,
               const std::int32_t* indices, std::int64_t index_count, float* out);
  /// The same for one input.
  void (*one)(const Layer& layer, const float* in, const std::int32_t* indices,
              std::int64_t index_count, float* out);
};

/// The best table for this processor.
const Table& table();

}  // namespace mlpctl::net::dense
