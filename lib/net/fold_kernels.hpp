#pragma once

#include <cstdint>

#include "net/unit_block.hpp"

/// The inner loops of the folded first layer, for one block of units. The instruction set is chosen
/// once, when the program first asks.
namespace mlpctl::net::kernels {

inline constexpr std::int64_t kTaps = kKernelSide * kKernelSide;

/// Pictures, and pixels, that the two products take at once; batches are padded to this.
inline constexpr std::int64_t kTile = 16;

/// The scaled pixels of a batch, in groups of kTile pictures: values[b / kTile][t][b % kTile] is
/// pixel lit[t] of picture b. Pictures and pixels are padded with zeros to whole tiles.
struct LitPixels {
  const float* values;
  std::int64_t stride;  // padded pixels
  std::int64_t pictures;
  const std::int32_t* lit;
  std::int64_t lit_count;

  const float* at(std::int64_t picture, std::int64_t t) const {
    return values + (picture / kTile * stride + t) * kTile + picture % kTile;
  }
};

/// `maps` is a block's weight in the layout of unit_block.hpp; `folded` is [kPixels][kBlockUnits].
struct Table {
  const char* name;
  /// sums[kChannels][kBlockUnits]: each unit's weights summed by channel.
  void (*channel_sums)(const float* maps, float* sums);
  /// Correlates the maps back with taps kernel[kChannels][kTaps].
  void (*fold)(const float* kernel, const float* maps, float* folded);
  /// Row y of channel c of the maps' gradient: offset[kBlockUnits] + folded convolved with taps.
  void (*unfold_row)(const float* taps, const float* offset, const float* folded, std::int64_t y,
                     float* row);
  /// sums[kChannels][kTaps][kBlockUnits] += maps times shifted folded, unit by unit.
  void (*tap_sums)(const float* maps, const float* folded, float* sums);
  /// out[b * out_stride + u] = bias[u] + sum_k pixels[b][k] * folded[k][u].
  void (*forward)(const LitPixels& pixels, const float* folded, const float* bias, float* out,
                  std::int64_t out_stride);
  /// folded[k][u] = sum_b pixels[b][k] * gradient[b * stride + u]; rows of unlit pixels are left.
  void (*backward)(const LitPixels& pixels, const float* gradient, std::int64_t stride,
                   float* folded);
};

/// The best table for this processor.
const Table& table();

}  // namespace mlpctl::net::kernels
