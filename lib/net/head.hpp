#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/architecture.hpp"
#include "net/aligned.hpp"

namespace mlpctl::net {

/// The label of a picture that shows none of the classes, for which even probabilities are right.
inline constexpr std::int64_t kNoClass = model::kClasses;

/// The values of the layers after the folded one: weight2 [64,300], bias2 [64], weight3 [10,64],
/// bias3 [10].
struct HeadLayers {
  std::span<const float> weight2, bias2, weight3, bias3;
};

/// Their gradients, of the same sizes.
struct HeadGradient {
  std::span<float> weight2, bias2, weight3, bias3;
};

/// The layers as products take them: weights transposed, columns padded to whole vectors.
class HeadProducts {
 public:
  /// Columns of the logits: model::kClasses, then zeros.
  static constexpr std::int64_t kLogitsWidth = 16;

  void assign(const HeadLayers& layers);

  /// From the folded layer's outputs [count][kPackedUnits]: hidden2 [count][model::kHidden2] and
  /// logits [count][kLogitsWidth]. outputs and hidden2 are left as they are after their ReLU.
  void apply(std::int64_t count, std::span<float> outputs, std::span<float> hidden2,
             std::span<float> logits) const;

 private:
  AlignedFloats weight2_, bias2_, weight3_, bias3_;
};

/// Pictures of a batch.
struct PictureRange {
  std::int64_t first, count;
};

/// What follows the folded layer in training: ReLU, Linear, ReLU, Linear, and the mean cross
/// entropy with PyTorch's label smoothing. Buffers are kept from batch to batch.
class Head {
 public:
  /// The loss of outputs [count][kPackedUnits] (FoldedLayer) against as many labels in [0, 10) or
  /// kNoClass. What a picture of kNoClass adds is the divergence from even probabilities: 0 for
  /// these, as a label's is for certainty.
  float forward(const HeadLayers& layers, std::span<const float> outputs,
                std::span<const std::int64_t> labels, double label_smoothing);

  /// After forward: the gradients of the loss times `scale`, for the outputs in their layout, with
  /// zeros where there is no unit, and for the layers.
  void backward(const HeadLayers& layers, float scale, std::span<float> output_gradient,
                const HeadGradient& gradient);

  /// The same in parts, for several threads, to the same bytes. Before a batch of so many pictures:
  void begin(std::int64_t count);
  /// Takes the layers' values.
  void prepare(const HeadLayers& layers);
  /// Then of each picture once, in any order; outputs and labels are the whole batch's.
  void forward_rows(PictureRange range, std::span<const float> outputs,
                    std::span<const std::int64_t> labels, double label_smoothing);
  /// Then the batch's loss.
  float loss() const;
  /// Then of each picture once, in any order.
  void backward_rows(PictureRange range, const HeadLayers& layers, float scale,
                     std::span<float> output_gradient);
  /// Then the parts of the layers' gradients, in any order: task is in [0, kGradientTasks).
  void take_gradient(std::int64_t task, const HeadGradient& gradient);
  static const std::int64_t kGradientTasks;

  /// After forward: the ten logits of a picture.
  std::span<const float> logits(std::int64_t picture) const;

 private:
  /// One picture's cross entropy; fills its row of the logits' gradient.
  float cross_entropy(std::int64_t picture, std::int64_t label, float smoothing);

  std::int64_t count_ = 0;
  // One row a picture. The hidden ones are kept as they are after their ReLU.
  AlignedFloats hidden1_, hidden2_, logits_;
  AlignedFloats logits_gradient_, hidden2_gradient_;
  std::vector<float> losses_;
  HeadProducts products_;
  // [model::kHidden2][kPackedUnits], rows padded for the vectors.
  AlignedFloats weight2_, weight2_gradient_;
};

}  // namespace mlpctl::net
