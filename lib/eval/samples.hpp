#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/architecture.hpp"

namespace mlpctl::eval {

/// One picture of a labelled set and what a network said of it.
struct Sample {
  std::size_t index = 0;  ///< in the set
  std::uint8_t label = 0;
  std::size_t answer = 0;
  std::array<float, model::kClasses> probabilities{};

  /// How sure the answer is.
  float confidence() const { return probabilities[answer]; }
  /// That of the label: the lower, the worse the answer.
  float of_label() const { return probabilities[label]; }
};

/// The pictures to look at of a labelled set.
struct Samples {
  /// All that were answered wrong, the surest first.
  std::vector<Sample> wrong;
  // Of these those first whose label the network thought least probable.
  /// The pictures behind each cell of the confusion matrix, [label][answer].
  std::array<std::array<std::vector<Sample>, model::kClasses>, model::kClasses> cells;
  /// Of all that were answered wrong.
  std::vector<Sample> worst;
};

/// How many are kept of each but `wrong`.
struct SampleLimits {
  std::size_t right = 40, wrong = 24, worst = 40;
};

/// Chooses them; `logits` holds a row of kClasses for each label.
Samples choose_samples(std::span<const float> logits, std::span<const std::uint8_t> labels,
                       const SampleLimits& limits = {});

}  // namespace mlpctl::eval
