#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "net/fold_block.hpp"
#include "net/head.hpp"

namespace mlpctl::net {

/// The net for answering on the CPU, without LibTorch: its convolution and first linear layer
/// folded into one when it is made, then three dense layers. Its answers repeat exactly, whatever
/// the number of threads.
class Classifier {
 public:
  /// Copies what it needs from the parameters, in about a millisecond.
  explicit Classifier(const model::ParameterViews& parameters);

  /// For pictures of model::kPixels bytes each, the model::kClasses logits of each into out. Safe
  /// to call from several threads.
  void logits(std::span<const std::uint8_t> images, std::span<float> out, int threads = 1) const;

 private:
  struct Scratch;

  void answer(std::span<const std::uint8_t> images, float* out, Scratch& scratch) const;

  std::vector<FoldedBlock> blocks_;
  HeadProducts head_;
};

/// Turns each row of model::kClasses logits into probabilities, in place.
void softmax(std::span<float> logits);

/// The index of the largest of a row's model::kClasses logits or probabilities; the first of
/// equals.
int best_class(std::span<const float> row);

}  // namespace mlpctl::net
