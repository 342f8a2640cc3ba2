#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/aligned.hpp"
#include "net/fold_block.hpp"
#include "net/folded_layer.hpp"
#include "net/pixel_batch.hpp"

namespace mlpctl::net {

/// Blocks of units, one after the other.
struct BlockRange {
  std::int64_t first, count;
};

/// The convolution and the first linear layer for processes that share them: each owns the weights
/// of some blocks, folds these and unfolds their gradient; what goes between processes is the
/// folded weight and its gradient, a FoldedBlock a block. Results do not depend on the number of
/// threads.
class FoldedShare {
 public:
  /// Floats of a block that is sent: its folded weight and bias.
  static constexpr std::int64_t kValues = (model::kPixels + 1) * kBlockUnits;

  explicit FoldedShare(int threads)
      : threads_(threads),
        folded_(static_cast<std::size_t>(kBlocks)),
        gradient_(static_cast<std::size_t>(kBlocks)) {}
  void set_threads(int threads) { threads_ = threads; }

  /// Folds blocks from layers.weight, which is packed (unit_block.hpp).
  void fold(const ConvLinear& layers, BlockRange blocks);
  /// What fold() made of the blocks; for those of others the place where it belongs.
  std::span<float> folded(BlockRange blocks) { return values(folded_, blocks); }

  /// outputs[picture * kPackedUnits + unit], before the ReLU, of the blocks' units.
  void forward(const PixelBatch& batch, BlockRange blocks, std::span<float> outputs);
  /// The folded weight's gradient of the blocks for that of the outputs, by this batch.
  void backward(const kernels::SparseRows& by_pixel, std::span<const float> output_gradient,
                BlockRange blocks);
  /// What backward() made of the blocks; sums over processes are put in its place.
  std::span<float> gradient(BlockRange blocks) { return values(gradient_, blocks); }

  /// The part of the convolution's gradient that the blocks give, from the sum of all processes'
  /// gradients, and the bias's, [kBlockUnits] a block. Before unfold().
  void sum_taps(const ConvLinear& layers, BlockRange blocks, std::span<float> kernel,
                std::span<float> kernel_bias, std::span<float> bias);
  /// Hands the sink the gradient of the blocks' packed weights.
  void unfold(const ConvLinear& layers, BlockRange blocks, const FoldedLayer::RowSink& sink) const;

 private:
  using Blocks = std::vector<FoldedBlock>;
  static std::span<float> values(Blocks& all, BlockRange blocks);
  const float* maps(const ConvLinear& layers, std::int64_t block) const {
    return layers.weight.data() + packed_row(block, 0, 0);
  }

  int threads_;
  Blocks folded_, gradient_;
  TapSums sums_;
};

}  // namespace mlpctl::net
