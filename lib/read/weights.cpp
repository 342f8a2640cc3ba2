#include "read/weights.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::digits {

float score_of(const image::Terms& terms, std::span<const float> logits) {
  /// Of a handwritten digit's box about a third is ink.
  constexpr float kUsualCover = 0.35F;
  /// More evidence tells nothing: of ones, as parts of other digits are, there is most.
  constexpr float kMostEvidence = 5;
  const float cover = terms.cover - kUsualCover;
  const auto surest = std::ranges::max_element(logits);
  const float most = *surest, one = surest == logits.begin() + 1 ? kJudge.one : 0;
  float sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return kJudge.sources[static_cast<std::size_t>(terms.source)] +
         kJudge.groups[static_cast<std::size_t>(terms.group)] +
         kJudge.share * std::log(terms.share) + kJudge.cover * cover * cover -
         kJudge.sureness * std::log(sum) +
         kJudge.evidence * std::min(kMostEvidence, most + std::log(sum)) + one;
}

}  // namespace mlpctl::digits
