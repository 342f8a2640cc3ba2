#pragma once

#include <cstdint>

#include "net/unit_block.hpp"

/// The inner loops of the folded first layer, for one block of units. The instruction set is chosen
/// once, when the program first asks.
namespace mlpctl::net::kernels {

inline constexpr std::int64_t kTaps = model::kKernelSide * model::kKernelSide;

/// A matrix of which only what is not zero is stored, row by row.
struct SparseRows {
  struct Entry {
    float value;
    std::int32_t offset;  ///< where the dense row that it multiplies begins
  };
  const Entry* entries;
  const std::int32_t* ends;  ///< [rows + 1], counted in entries; row r ends at ends[r + 1]
  std::int64_t rows;
};

/// `maps` is a block's weight in the layout of unit_block.hpp; `folded` is
/// [model::kPixels][kBlockUnits].
struct Table {
  const char* name;
  /// sums[model::kChannels][kBlockUnits]: each unit's weights summed by channel.
  void (*channel_sums)(const float* maps, float* sums);
  /// Correlates the maps back with taps kernel[model::kChannels][kTaps].
  void (*fold)(const float* kernel, const float* maps, float* folded);
  /// Row y of channel c of the maps' gradient: offset[kBlockUnits] + folded convolved with taps.
  void (*unfold_row)(const float* taps, const float* offset, const float* folded, std::int64_t y,
                     float* row);
  /// sums[model::kChannels][kTaps][kBlockUnits] += maps times shifted folded, unit by unit.
  void (*tap_sums)(const float* maps, const float* folded, float* sums);
  /// out[r * out_stride + u] = start[u] + sum over row r's entries of value * dense[offset + u].
  void (*multiply)(const SparseRows& rows, const float* dense, const float* start, float* out,
                   std::int64_t out_stride);
};

/// The best table for this processor.
const Table& table();

}  // namespace mlpctl::net::kernels
