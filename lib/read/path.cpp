#include "read/path.hpp"

#include <algorithm>
#include <limits>

#include "image/sheet/stretches.hpp"
#include "read/weights.hpp"

namespace mlpctl::digits {
namespace {

/// What each term of a stretch is worth beside its shape, as a logarithm of odds.
struct PathWeights {
  float digit;     ///< of every digit more
  float sureness;  ///< of the logarithm of the probability that the net gives its answer
  float evidence;  ///< of the logarithm of the sum of the exponentials of its logits
};

/// Found, with those of the shape and of named_mark.cpp, by trying, one weight after the other, on
/// generated pages of digits that touch, of notebooks, desks and registers: those with which the
/// fewest digits are wrong. Those that scripts/fit_path.py finds (-1.94, 0.93, 0.73, -2.74, 0.15,
/// -30.4, -3.47, -0.46, 1.8) read about as many of the digits of pages held out: 2,092 of 2,257 in
/// place, and these, with -3.4 for the first, 2,083.
constexpr PathWeights kPath{.digit = -3.2F, .sureness = 1.5F, .evidence = 0.6F};

}  // namespace

float score_of(const image::Stretch& stretch, std::span<const float> logits) {
  /// As for single digits, found beside the weights above.
  constexpr float kMostEvidence = 6.5F;
  const Evidence evidence = evidence_of(logits);
  return kPath.digit + kPath.sureness * evidence.sureness +
         kPath.evidence * std::min(kMostEvidence, evidence.amount) + image::shape_of(stretch);
}

std::vector<std::size_t> best_path(std::span<const image::Reading> readings,
                                   std::span<const float> scores, float worth) {
  int parts = 0;
  for (const image::Reading& reading : readings) parts = std::max(parts, reading.stretch.to);
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  // most[n]: of the ways to read the first n parts; last[n]: the reading with which that ends.
  std::vector<float> most(static_cast<std::size_t>(parts) + 1, kNever);
  std::vector<std::size_t> last(most.size(), readings.size());
  most[0] = 0;
  for (std::size_t end = 1; end < most.size(); ++end) {
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const image::Stretch& stretch = readings[i].stretch;
      if (static_cast<std::size_t>(stretch.to) != end) continue;
      const float sum = most[static_cast<std::size_t>(stretch.from)] + scores[i] + worth;
      if (sum <= most[end]) continue;
      most[end] = sum;
      last[end] = i;
    }
  }
  std::vector<std::size_t> path;
  for (std::size_t at = most.size() - 1; at > 0 && last[at] < readings.size();) {
    path.push_back(last[at]);
    at = static_cast<std::size_t>(readings[last[at]].stretch.from);
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace mlpctl::digits
