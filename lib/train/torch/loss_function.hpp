#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "net/aligned.hpp"
#include "net/folded_layer.hpp"
#include "net/head.hpp"
#include "train/torch/tensors.hpp"

namespace mlpctl::train {

/// What a pass through the network reads and writes, kept from step to step.
struct FoldedPass {
  explicit FoldedPass(int threads) : layer(threads) {}

  net::FoldedLayer layer;
  net::Head head;
  net::PixelBatch batch;
  std::span<const std::int64_t> labels;
  double label_smoothing = 0;
  /// The big weight, packed (net/unit_block.hpp).
  std::span<const float> weight;
  /// Takes the big weight's gradient row by row; it is never whole in memory.
  net::FoldedLayer::RowSink sink;
  net::AlignedFloats outputs, gradient;
};

/// The mean cross entropy of pass.batch, differentiable: the gradients of all tensors but the big
/// weight, which is pass.weight, go the usual way; the big weight's go to pass.sink.
at::Tensor folded_loss(const Tensors& values, FoldedPass& pass);

}  // namespace mlpctl::train
