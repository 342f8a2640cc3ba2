#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "net/aligned.hpp"
#include "net/folded_layer.hpp"
#include "net/head.hpp"

namespace mlpctl::net {

/// The values of all layers; first.weight is packed (unit_block.hpp).
struct NetworkWeights {
  ConvLinear first;
  HeadLayers head;
};

/// Their gradients. first.weight is not used, for the big weight's gradient is never whole.
struct NetworkGradient {
  ConvLinearGradient first;
  HeadGradient head;
};

/// Forward and backward through the folded network: a batch and weights give the loss, then its
/// gradients. Results do not depend on the number of threads, which meet four times a batch: after
/// the folded layer and after the head, forward and backward. Buffers are kept from batch to batch.
class FoldedPass {
 public:
  /// `sink` takes the big weight's gradient row by row, on any thread, after the pass has read the
  /// row's weights for the last time.
  FoldedPass(int threads, double label_smoothing, FoldedLayer::RowSink sink);
  void set_threads(int threads);

  /// What the next forward() takes; to be left alone until backward() is done.
  LabelledBatch& batch() { return batch_; }

  /// The batch's mean cross entropy with PyTorch's label smoothing.
  float forward(const NetworkWeights& weights);
  /// After forward with the same weights: the gradients of the loss times `scale`.
  void backward(const NetworkWeights& weights, float scale, const NetworkGradient& gradient);

  /// After forward: the ten logits of a picture.
  std::span<const float> logits(std::int64_t picture) const { return head_.logits(picture); }

 private:
  /// The batch a few pictures at a time, and `first` before them, on all threads.
  void each_range(const std::function<void(PictureRange)>& task,
                  const std::function<void()>& first = {});

  int threads_;
  FoldedLayer layer_;
  Head head_;
  double label_smoothing_;
  FoldedLayer::RowSink sink_;
  LabelledBatch batch_;
  // Of the folded layer, [picture][kPackedUnits].
  AlignedFloats outputs_, output_gradient_;
};

}  // namespace mlpctl::net
