#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "net/fold_kernels.hpp"
#include "net/unit_block.hpp"

namespace mlpctl::net {

/// The first two layers' values: kernel [5,1,3,3], kernel_bias [5], weight [300,3380], bias [300].
/// Nothing bends between the convolution and the linear layer after it, so together they are one
/// affine map, which FoldedLayer computes.
struct ConvLinear {
  std::span<const float> kernel, kernel_bias, weight, bias;
};

/// Their gradients, of the same sizes.
struct ConvLinearGradient {
  std::span<float> kernel, kernel_bias, weight, bias;
};

/// The convolution's gradient, summed block by block of units and then over the blocks in their
/// order, so that the result does not depend on which thread took which block.
class TapSums {
 public:
  struct Block {
    alignas(64) std::array<float, model::kChannels * kernels::kTaps * kBlockUnits> taps{};
    std::array<float, model::kChannels> bias{};
  };

  TapSums() : blocks_(static_cast<std::size_t>(kBlocks)) {}
  /// The sums of one block, set to zero.
  Block& block(std::int64_t index);
  /// Sets those of all blocks to zero.
  void clear() { blocks_.assign(blocks_.size(), Block{}); }
  void reduce(std::span<float> kernel, std::span<float> kernel_bias) const;

 private:
  std::vector<Block> blocks_;
};

/// The folded weight [784][16] and bias [16] of a block of units, or their gradients.
struct FoldedBlock {
  alignas(64) std::array<float, model::kPixels * kBlockUnits> weight{};
  alignas(64) std::array<float, kBlockUnits> bias{};

  /// 50 KB that stay in this core's cache.
  static FoldedBlock& of_this_thread();

  /// Fills the block from its maps, packed.
  void fold(const ConvLinear& layers, std::int64_t block, const float* maps);

  /// Becomes the gradients for those of the block's outputs, which begin at output_gradient and are
  /// kPackedUnits apart.
  void take_gradient(const kernels::SparseRows& by_pixel, std::span<const float> output_gradient);

  /// With this block holding gradients: adds to the convolution's sums.
  void sum_taps(const float* maps, TapSums::Block& sums) const;
  /// With this block holding gradients: hands row(offset, gradient) each row of the maps' gradient,
  /// offset counted from maps.
  template <typename Row>
  void unfold(const ConvLinear& layers, const Row& row) const;

  /// Copies the weight of the block's real units into weight [300,784].
  void weight_to(std::span<float> all, std::int64_t block) const;
  /// Copies the bias of the block's real units into bias [300].
  void bias_to(std::span<float> all, std::int64_t block) const;

 private:
  using ByChannel = std::array<std::array<float, kBlockUnits>, model::kChannels>;
};

template <typename Row>
void FoldedBlock::unfold(const ConvLinear& layers, const Row& row) const {
  alignas(64) std::array<float, kRowValues> gradient;
  alignas(64) ByChannel start;
  for (std::size_t c = 0; c < start.size(); ++c) {
    for (std::size_t u = 0; u < bias.size(); ++u) start[c][u] = bias[u] * layers.kernel_bias[c];
  }
  for (std::int64_t y = 0; y < model::kMapSide; ++y) {
    for (std::int64_t c = 0; c < model::kChannels; ++c) {
      kernels::table().unfold_row(layers.kernel.data() + c * kernels::kTaps,
                                  start[static_cast<std::size_t>(c)].data(), weight.data(), y,
                                  gradient.data());
      row(packed_row(0, c, y) - kPackedLead, std::span<const float>(gradient));
    }
  }
}

}  // namespace mlpctl::net
