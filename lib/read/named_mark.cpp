#include "read/named_mark.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/propose/sighting.hpp"
#include "net/classifier.hpp"
#include "read/path.hpp"
#include "read/weights.hpp"

namespace mlpctl::digits {
namespace {

/// Boxes that share less of their area than this are of different things.
constexpr float kSamePlace = 0.1F;

/// For each reading the best of those that lie where it does: that reading, or one with a greater
/// score whose box shares its place.
std::vector<std::size_t> places_of(const std::vector<image::Reading>& mark,
                                   std::span<const float> scores) {
  const std::size_t count = mark.size();
  std::vector<std::size_t> places(count, count);
  for (;;) {
    std::size_t best = count;
    for (std::size_t i = 0; i < count; ++i) {
      if (places[i] == count && (best == count || scores[i] > scores[best])) best = i;
    }
    if (best == count) return places;
    places[best] = best;
    for (std::size_t i = 0; i < count; ++i) {
      const float same = image::agreement(mark[best].digit.box, mark[i].digit.box);
      if (places[i] == count && same > kSamePlace) places[i] = best;
    }
  }
}

/// Lets all readings of a whole mark tell what it is, each by its score beside the others': what is
/// a 1 in one way and a 4 in another is not surely either. Those of different places say nothing
/// for each other, as several lines of a form that all look like ones. The best of those that give
/// the likeliest answer is the one that is shown.
Told agree(const std::vector<image::Reading>& mark, std::span<const Digit> digits,
           std::span<const float> scores, std::vector<Digit>& line) {
  if (mark.empty()) return {};
  const auto likeliest =
      static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  const float most = scores[likeliest];
  const std::vector<std::size_t> places = places_of(mark, scores);
  std::vector<std::array<float, kClasses>> by_place(mark.size());
  float sum = 0, several = 0;
  for (std::size_t i = 0; i < mark.size(); ++i) {
    const float weight = std::exp(scores[i] - most);
    sum += weight;
    several += mark[i].several ? weight : 0;
    for (std::size_t k = 0; k < kClasses; ++k) {
      by_place[places[i]][k] += weight * digits[i].probabilities[k];
    }
  }
  std::array<float, kClasses> probabilities{};
  for (const auto& place : by_place) {
    for (std::size_t k = 0; k < kClasses; ++k) {
      probabilities[k] = std::max(probabilities[k], place[k]);
    }
  }
  if (mark.size() > 1) {
    float all = 0;
    for (const float each : probabilities) all += each;
    for (float& each : probabilities) each /= all;
  }
  const int answer = net::best_class(probabilities);
  std::size_t shown = mark.size();
  for (std::size_t i = 0; i < mark.size(); ++i) {
    if (digits[i].best != answer) continue;
    if (shown == mark.size() || scores[i] > scores[shown]) shown = i;
  }
  if (shown == mark.size()) shown = likeliest;
  line.push_back(digits[shown]);
  line.back().best = answer;
  line.back().probabilities = probabilities;
  int different = 0;
  for (std::size_t i = 0; i < mark.size(); ++i) different += places[i] == i ? 1 : 0;
  // Beside the only box of a form that holds something are the other boxes' lines and names.
  return {.several = several > 0.5F * sum,
          .share = mark[likeliest].terms.share,
          .places = mark[shown].sole ? 1 : different};
}

Digit named(const image::Digit& seen, const Opinion& opinion) {
  const image::Box& box = seen.box;
  Digit digit{.logits = opinion.logits,
              .probabilities = opinion.mean,
              .box = {box.x, box.y, box.width, box.height},
              .input = seen.pixels};
  digit.best = net::best_class(digit.probabilities);
  net::softmax(digit.probabilities);
  return digit;
}

}  // namespace

bool NamedMark::is_whole() const {
  return std::ranges::all_of(*readings,
                             [](const auto& reading) { return reading.stretch.to == 1; });
}

NamedMark Names::name(const std::vector<image::Reading>& mark) {
  NamedMark result{.readings = &mark};
  const bool whole = result.is_whole();
  for (const image::Reading& reading : mark) {
    const Opinion& own = opinions_[at_++];
    result.digits.push_back(named(reading.digit, own));
    result.scores.push_back(whole ? score_of(reading.terms, own.mean)
                                  : score_of(reading.stretch, own.mean));
  }
  return result;
}

float worth_of_digit(std::span<const NamedMark> sheet) {
  /// While it is not known how many are several; and by how much the logarithm of their share
  /// counts, of which as much is known from the first as two marks tell, one of them several.
  constexpr float kUnknown = -0.5F, kShare = 0.4F;
  float several = 1, all = 2;
  for (const NamedMark& mark : sheet) {
    all += 1;
    if (mark.is_whole()) continue;
    several += best_path(*mark.readings, mark.scores, kUnknown).size() > 1 ? 1.0F : 0.0F;
  }
  return kShare * std::log(several / all);
}

Told read(const NamedMark& mark, float worth, std::vector<Digit>& line) {
  const auto& [readings, digits, scores] = mark;
  if (mark.is_whole()) return agree(*readings, digits, scores, line);
  Told told;
  for (const std::size_t i : best_path(*readings, scores, worth)) {
    const image::Reading& reading = (*readings)[i];
    line.push_back(digits[i]);
    told.several = told.several || reading.several;
    if (reading.stretch.cut > 0) told.cut += static_cast<float>(digits[i].box.width);
  }
  return told;
}

}  // namespace mlpctl::digits
