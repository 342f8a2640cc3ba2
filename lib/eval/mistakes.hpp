#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlpctl::eval {

/// A picture that was answered wrong.
struct Mistake {
  std::size_t picture = 0;  ///< which of them, counted from 0
  int label = 0, answer = 0;
  float confidence = 0;  ///< the probability of the answer
};

/// All of them, the surest first. Logits and labels are those of Metrics::add().
std::vector<Mistake> mistakes(std::span<const float> logits, std::span<const std::uint8_t> labels);

}  // namespace mlpctl::eval
