#pragma once

#include <array>
#include <span>

#include "image/propose/reading.hpp"

namespace mlpctl::digits {

/// What each term of a reading is worth to the judge, as a logarithm of odds.
struct JudgeWeights {
  std::array<float, image::kSources> sources;  ///< in the order of Source
  std::array<float, image::kGroups> groups;    ///< in the order of Group
  float share;                                 ///< of the logarithm of its share of the ink
  float cover;     ///< of the square of how far its cover is from a digit's usual one
  float sureness;  ///< of the logarithm of the probability that the net gives its answer
  float evidence;  ///< of the logarithm of the sum of the exponentials of its logits
  float one;       ///< of its being named a one, as what is left of lines is, too
  float sides;     ///< of each side of a large picture that it lies along
};

/// Fitted by scripts/fit_judge.py, which says how well; the last three of the groups later, beside
/// the others as they were, by 2,400 generated pictures: kThick reads as many of them between -0.5
/// and 0 (2,287 to 2,292), kCut between -2 and -3 (2,305 to 2,308), kFaintest between -0.6 and 0.3
/// (2,312 to 2,316). kSharp by 4,986 squares of photographed sudokus: of these 4,874 are read at
/// -0.3, 4,886 at 0.5, and of the generated ones one in 500 fewer. The weight of sides later, too,
/// by 3,900 generated pictures of other seeds, of which 191 are misread without it, 184 to 182
/// between -0.6 and -1.2.
inline constexpr JudgeWeights kJudge{
    .sources = {0, 0.53F, 0.46F, -1.08F, -0.1F, 0.2F},
    .groups = {-0.18F, -0.33F, -0.74F, 0.86F, 0.39F, -0.3F, -2.5F, -0.2F, 0.3F},
    .share = 1.11F,
    .cover = -3.95F,
    .sureness = 2.06F,
    .evidence = 0.49F,
    .one = -1.15F,
    .sides = -0.6F,
};

/// What the net tells of a digit by its logits.
struct Evidence {
  float sureness;  ///< the logarithm of the probability of its answer
  float amount;    ///< how much speaks for any digit
};
Evidence evidence_of(std::span<const float> logits);

/// What the judge makes of a reading of one digit, given the net's logits.
float score_of(const image::Terms& terms, std::span<const float> logits);

}  // namespace mlpctl::digits
