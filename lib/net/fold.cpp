#include "net/fold.hpp"

#include <algorithm>

#include "base/parallel.hpp"
#include "net/aligned.hpp"
#include "net/fold_block.hpp"

namespace mlpctl::net {
namespace {

using Maps = AlignedFloats;
constexpr auto kMapsSize = static_cast<std::size_t>(kPackedLead + kBlockStride);

/// Calls visit(unit, index in the block, unit's place in the block) for a block's real units.
template <typename Visit>
void for_each_unit(std::int64_t block, const Visit& visit) {
  for (std::int64_t u = 0; u < std::min(kBlockUnits, kHidden1 - block * kBlockUnits); ++u) {
    visit(block * kBlockUnits + u, u);
  }
}

}  // namespace

void fold(const ConvLinear& layers, std::span<float> folded_weight, std::span<float> folded_bias,
          int threads) {
  parallel_tasks(kBlocks, threads, [&](std::int64_t block) {
    Maps maps(kMapsSize);
    pack_block(layers.weight, block, maps);
    FoldedBlock& folded = FoldedBlock::of_this_thread();
    folded.fold(layers, block, maps.data() + kPackedLead);
    folded.bias_to(folded_bias, block);
    for_each_unit(block, [&](std::int64_t unit, std::int64_t u) {
      for (std::int64_t k = 0; k < kPixels; ++k) {
        folded_weight[static_cast<std::size_t>(unit * kPixels + k)] =
            folded.weight[static_cast<std::size_t>(k * kBlockUnits + u)];
      }
    });
  });
}

void fold_backward(const ConvLinear& layers, std::span<const float> folded_weight_gradient,
                   std::span<const float> folded_bias_gradient, const ConvLinearGradient& gradient,
                   int threads) {
  TapSums sums;
  parallel_tasks(kBlocks, threads, [&](std::int64_t block) {
    Maps maps(kMapsSize), maps_gradient(kMapsSize);
    pack_block(layers.weight, block, maps);
    FoldedBlock& folded = FoldedBlock::of_this_thread();
    folded.weight.fill(0);
    folded.bias.fill(0);
    for_each_unit(block, [&](std::int64_t unit, std::int64_t u) {
      folded.bias[static_cast<std::size_t>(u)] =
          folded_bias_gradient[static_cast<std::size_t>(unit)];
      for (std::int64_t k = 0; k < kPixels; ++k) {
        folded.weight[static_cast<std::size_t>(k * kBlockUnits + u)] =
            folded_weight_gradient[static_cast<std::size_t>(unit * kPixels + k)];
      }
    });
    folded.unfold(layers, maps.data() + kPackedLead, sums.block(block),
                  [&](std::int64_t offset, std::span<const float> row) {
                    std::copy(row.begin(), row.end(), maps_gradient.begin() + kPackedLead + offset);
                  });
    unpack_block(maps_gradient, block, gradient.weight);
  });
  sums.reduce(gradient.kernel, gradient.kernel_bias);
  std::copy(folded_bias_gradient.begin(), folded_bias_gradient.end(), gradient.bias.begin());
}

}  // namespace mlpctl::net
