#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "net/aligned.hpp"
#include "net/folded_layer.hpp"

namespace mlpctl::train {

/// What a pass through the folded layer reads and writes, kept from step to step.
struct FoldedPass {
  explicit FoldedPass(int threads) : layer(threads) {}

  net::FoldedLayer layer;
  net::PixelBatch batch;
  /// The big weight, packed (net/unit_block.hpp).
  std::span<const float> weight;
  /// Takes the big weight's gradient row by row; it is never whole in memory.
  net::FoldedLayer::RowSink sink;
  net::AlignedFloats outputs, gradient;
};

/// The first linear layer's outputs [batch, 300] of pass.batch, differentiable: the gradients of
/// the three tensors go the usual way, the big weight's to pass.sink. The outputs live in the pass,
/// so its next use ends theirs.
at::Tensor conv_linear(const at::Tensor& kernel, const at::Tensor& kernel_bias,
                       const at::Tensor& bias, FoldedPass& pass);

}  // namespace mlpctl::train
