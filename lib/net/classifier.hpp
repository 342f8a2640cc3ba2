#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "net/aligned.hpp"
#include "net/model.hpp"

namespace mlpctl::net {

/// The net for answering on the CPU, without LibTorch: its convolution and first linear layer
/// folded into one when it is made, then three dense layers. Its answers repeat exactly, whatever
/// the number of threads.
class Classifier {
 public:
  /// Copies what it needs from the parameters, in about a millisecond.
  explicit Classifier(const ParameterViews& parameters);

  /// For pictures of kPixels bytes each, the kClasses logits of each into out. Safe to call from
  /// several threads.
  void logits(std::span<const std::uint8_t> images, std::span<float> out, int threads = 1) const;

 private:
  /// Weights as [inputs][width] with the width padded by zeros, as the kernels take them.
  struct Layer {
    AlignedFloats weight, bias;
  };
  struct Scratch;

  static Layer folded(const ParameterViews& parameters);
  static Layer transposed(std::span<const float> weight, std::span<const float> bias);
  void block(const std::uint8_t* images, std::int64_t count, float* out, Scratch& scratch) const;

  std::array<Layer, 3> layers_;
};

/// Turns each row of kClasses logits into probabilities, in place.
void softmax(std::span<float> logits);

/// The index of the largest of a row's kClasses logits or probabilities; the first of equals.
int best_class(std::span<const float> row);

}  // namespace mlpctl::net
