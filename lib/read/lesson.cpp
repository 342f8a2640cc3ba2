#include "read/lesson.hpp"

#include <algorithm>
#include <limits>

#include "read/weights.hpp"

namespace mlpctl::digits {
namespace {

/// The readings of a picture that is one mark of one digit.
std::vector<const image::Reading*> single_readings(const Candidates& picture) {
  std::vector<const image::Reading*> readings;
  if (picture.row || picture.sheets.size() != 1 || picture.sheets[0].lines.size() != 1 ||
      picture.sheets[0].lines[0].size() != 1)
    return readings;
  for (const image::Reading& reading : picture.sheets[0].lines[0][0]) readings.push_back(&reading);
  return readings;
}

/// How much the reading looks like a digit to the judge, and like the label to the net.
float fitness(const image::Reading& reading, std::span<const float> logits, std::uint8_t label) {
  const float most = *std::ranges::max_element(logits);
  return score_of(reading.terms, logits) + kJudge.sureness * (logits[label] - most);
}

}  // namespace

std::vector<const image::Digit*> readings_to_learn(std::span<const Candidates> pictures,
                                                   std::span<const std::uint8_t> labels,
                                                   const Network& network) {
  std::vector<std::vector<const image::Reading*>> readings;
  std::vector<std::uint8_t> pixels;
  for (const Candidates& picture : pictures) {
    for (const image::Reading* each : readings.emplace_back(single_readings(picture))) {
      const auto& seen = each->digit.pixels;
      pixels.insert(pixels.end(), seen.begin(), seen.end());
    }
  }
  const bool asked = network && !pixels.empty();
  const std::vector<float> logits = asked ? network(pixels) : std::vector<float>();
  std::vector<const image::Digit*> chosen;
  std::size_t at = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const image::Digit* best = readings[i].empty() ? nullptr : &readings[i][0]->digit;
    float most = -std::numeric_limits<float>::infinity();
    for (const image::Reading* each : readings[i]) {
      const auto row = std::span(logits).subspan(asked ? at++ * kClasses : 0, asked ? kClasses : 0);
      const float score = asked ? fitness(*each, row, labels[i]) : most;
      if (score > most) {
        most = score;
        best = &each->digit;
      }
    }
    chosen.push_back(best);
  }
  return chosen;
}

}  // namespace mlpctl::digits
