#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "net/fold_block.hpp"
#include "net/pixel_batch.hpp"
#include "thread/pool.hpp"

namespace mlpctl::net {

/// The two as one map, as inference computes with it.
model::AffineMap folded_map(const ConvLinear& layers);

/// The convolution and the first linear layer as one product. Folding and unfolding are done a
/// block of units at a time in cache: neither the folded weight nor the big weight's gradient is
/// ever whole in memory. Results do not depend on the number of threads.
class FoldedLayer {
 public:
  /// Takes the gradient of the kRowValues packed weights from `offset` on. Called once for every
  /// row of every block, on any thread, after the row was read for the last time.
  using RowSink = std::function<void(std::int64_t offset, std::span<const float> gradient)>;

  explicit FoldedLayer(int threads) : threads_(threads) {}
  void set_threads(int threads) { threads_ = threads; }

  /// outputs[picture * kPackedUnits + unit], before the ReLU.
  /// layers.weight is packed (unit_block.hpp). `beside` is done with it.
  void forward(const ConvLinear& layers, const PixelBatch& batch, std::span<float> outputs,
               const SideWork& beside = {});

  /// The gradients for those of the outputs, laid out as outputs are, with zeros where there is no
  /// unit. The big weight's goes to the sink; small.weight is not used. `beside` is done with it.
  void backward(const ConvLinear& layers, const kernels::SparseRows& by_pixel,
                std::span<const float> output_gradient, const ConvLinearGradient& small,
                const RowSink& sink, const SideWork& beside = {});

 private:
  void each_block(const SideWork& beside, const Pool::Task& task) const;

  int threads_;
  TapSums sums_;
};

}  // namespace mlpctl::net
