#include "read/weights.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::digits {

Evidence evidence_of(std::span<const float> logits) {
  const float most = *std::ranges::max_element(logits);
  float sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return {-std::log(sum), most + std::log(sum)};
}

float score_of(const image::Terms& terms, std::span<const float> logits) {
  /// Of a handwritten digit's box about a third is ink.
  constexpr float kUsualCover = 0.35F;
  /// More evidence tells nothing: of ones, as parts of other digits are, there is most.
  constexpr float kMostEvidence = 5;
  const float cover = terms.cover - kUsualCover;
  const Evidence evidence = evidence_of(logits);
  const bool one = std::ranges::max_element(logits) == logits.begin() + 1;
  return kJudge.sources[static_cast<std::size_t>(terms.source)] +
         kJudge.groups[static_cast<std::size_t>(terms.group)] +
         kJudge.share * std::log(terms.share) + kJudge.cover * cover * cover +
         kJudge.sureness * evidence.sureness +
         kJudge.evidence * std::min(kMostEvidence, evidence.amount) + (one ? kJudge.one : 0) +
         kJudge.sides * static_cast<float>(terms.sides);
}

}  // namespace mlpctl::digits
