#include "net/unit_block.hpp"

#include <algorithm>

namespace mlpctl::net {
namespace {

std::int64_t units_of(std::int64_t block) {
  return std::min(kBlockUnits, model::kHidden1 - block * kBlockUnits);
}

/// Calls visit(packed index, weight index) for every value of a block whose packed row (0, 0)
/// starts at `start`.
template <typename Visit>
void for_each_value(std::int64_t block, std::int64_t start, const Visit& visit) {
  for (std::int64_t row = 0; row < model::kChannels * model::kMapSide; ++row) {
    for (std::int64_t x = 0; x < model::kMapSide; ++x) {
      for (std::int64_t u = 0; u < units_of(block); ++u) {
        visit(static_cast<std::size_t>(start + row * kRowStride + x * kBlockUnits + u),
              static_cast<std::size_t>((block * kBlockUnits + u) * model::kFlat +
                                       row * model::kMapSide + x));
      }
    }
  }
}

}  // namespace

void pack(std::span<const float> weight, std::span<float> packed) {
  std::fill(packed.begin(), packed.end(), 0.0F);
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    for_each_value(block, packed_row(block, 0, 0),
                   [&](std::size_t to, std::size_t from) { packed[to] = weight[from]; });
  }
}

void unpack(std::span<const float> packed, std::span<float> weight) {
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    for_each_value(block, packed_row(block, 0, 0),
                   [&](std::size_t from, std::size_t to) { weight[to] = packed[from]; });
  }
}

void pack_block(std::span<const float> weight, std::int64_t block, std::span<float> maps) {
  std::fill(maps.begin(), maps.end(), 0.0F);
  for_each_value(block, packed_row(0, 0, 0),
                 [&](std::size_t to, std::size_t from) { maps[to] = weight[from]; });
}

}  // namespace mlpctl::net
