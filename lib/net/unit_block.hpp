#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/architecture.hpp"

namespace mlpctl::net {

/// The big weight in the order in which vectors like it: blocks of 16 units side by side, so that a
/// vector holds one weight of 16 units and a shift of the picture is a shift of the address. Rows
/// of a map are followed by two zero columns, and the last block by four zero units.
inline constexpr std::int64_t kBlockUnits = 16;
inline constexpr std::int64_t kBlocks = (model::kHidden1 + kBlockUnits - 1) / kBlockUnits;
inline constexpr std::int64_t kPackedUnits = kBlocks * kBlockUnits;
inline constexpr std::int64_t kRowValues = model::kMapSide * kBlockUnits;
inline constexpr std::int64_t kRowStride = model::kImageSide * kBlockUnits;
inline constexpr std::int64_t kBlockStride = model::kChannels * model::kMapSide * kRowStride;
/// Zeros before the first block, for the shifts of its first row.
inline constexpr std::int64_t kPackedLead = 2 * kBlockUnits;
inline constexpr std::int64_t kPackedSize = kPackedLead + kBlocks * kBlockStride;

/// Where the row y of channel c of a block starts, counted from the packed array's start.
constexpr std::int64_t packed_row(std::int64_t block, std::int64_t channel, std::int64_t y) {
  return kPackedLead + block * kBlockStride + (channel * model::kMapSide + y) * kRowStride;
}

/// weight [300,3380] -> packed [kPackedSize] and back. What is padding becomes zero.
void pack(std::span<const float> weight, std::span<float> packed);
void unpack(std::span<const float> packed, std::span<float> weight);

/// weight [300,3380] -> one block of it, in maps as packed_row(0, ...) lays it out.
void pack_block(std::span<const float> weight, std::int64_t block, std::span<float> maps);

}  // namespace mlpctl::net
