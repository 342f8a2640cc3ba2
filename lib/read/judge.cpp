#include "read/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "net/classifier.hpp"

namespace mlpctl::digits {
namespace {

static_assert(kClasses == model::kClasses && kInputSide == image::kDigitSide);

/// Calls visit(digit) for every digit of every reading, in the order of their lines and marks.
template <typename Visit>
void for_each_digit(std::span<const Candidates> pictures, const Visit& visit) {
  for (const Candidates& picture : pictures) {
    for (const image::ReadableLine& line : picture.lines) {
      for (const std::vector<image::Reading>& mark : line) {
        for (const image::Reading& reading : mark) {
          for (const image::Digit& digit : reading.digits) visit(digit);
        }
      }
    }
  }
}

/// What the net's sureness weighs beside a reading's merit: shadows and the insides of loops seldom
/// make it sure. Fitted to generated photographs.
constexpr float kSureness = 3;

/// A reading whose digits the net has named.
struct NamedReading {
  std::vector<Digit> digits;
  float merit = 0;
  bool several = false;

  float least_confidence() const {
    float least = 1;
    for (const Digit& digit : digits) least = std::min(least, digit.confidence());
    return least;
  }
  /// How much it looks like a digit to the eye and to the net.
  float score() const { return merit + kSureness * std::log(least_confidence()); }
};

/// Whether one way convinces more than another that is likelier by shape. More digits must be
/// clearly surer than fewer, because parts of a digit often look like others: a nought's are 6 and
/// 7.
bool is_better(const NamedReading& other, const NamedReading& known) {
  constexpr float kClearly = 0.3F;
  if (other.digits.size() > known.digits.size()) {
    return other.least_confidence() > known.least_confidence() + kClearly;
  }
  return other.score() > known.score();
}

/// What a picture without a single digit shows is taken for a row of them where the net is as sure
/// as this of each.
constexpr float kRowSure = 0.6F;

/// Hands out the net's logits in the order of for_each_digit().
class Names {
 public:
  explicit Names(std::vector<float> logits) : logits_(std::move(logits)) {}

  /// The mark's best reading; no digits of a mark without readings.
  NamedReading best_of(const std::vector<image::Reading>& mark) {
    NamedReading best;
    for (std::size_t i = 0; i < mark.size(); ++i) {
      NamedReading other = named(mark[i]);
      if (i == 0 || is_better(other, best)) best = std::move(other);
    }
    return best;
  }

 private:
  NamedReading named(const image::Reading& reading) {
    NamedReading named{.digits = {}, .merit = reading.merit, .several = reading.several};
    for (const image::Digit& digit : reading.digits) named.digits.push_back(next(digit));
    return named;
  }

  Digit next(const image::Digit& seen) {
    const image::Box& box = seen.box;
    Digit digit{.box = {box.x, box.y, box.width, box.height}, .input = seen.pixels};
    std::copy_n(logits_.begin() + at_, kClasses, digit.logits.begin());
    at_ += kClasses;
    digit.probabilities = digit.logits;
    net::softmax(digit.probabilities);
    digit.best = net::best_class(digit.logits);
    return digit;
  }

  std::vector<float> logits_;
  std::ptrdiff_t at_ = 0;
};

/// The readings of one digit of a picture that is one mark.
std::vector<const image::Reading*> single_readings(const Candidates& picture) {
  std::vector<const image::Reading*> readings;
  if (picture.row || picture.lines.size() != 1 || picture.lines[0].size() != 1) return readings;
  for (const image::Reading& reading : picture.lines[0][0]) {
    if (reading.digits.size() == 1) readings.push_back(&reading);
  }
  return readings;
}

/// How much the reading looks like a digit to the eye, and like the label to the net.
float agreement(const image::Reading& reading, std::span<const float> logits, std::uint8_t label) {
  std::array<float, kClasses> probabilities{};
  std::ranges::copy(logits, probabilities.begin());
  net::softmax(probabilities);
  return reading.merit + kSureness * std::log(probabilities[label]);
}

}  // namespace

std::vector<const image::Digit*> readings_to_learn(std::span<const Candidates> pictures,
                                                   std::span<const std::uint8_t> labels,
                                                   const Network& network) {
  std::vector<std::vector<const image::Reading*>> readings;
  std::vector<std::uint8_t> pixels;
  for (const Candidates& picture : pictures) {
    for (const image::Reading* each : readings.emplace_back(single_readings(picture))) {
      const auto& seen = each->digits[0].pixels;
      pixels.insert(pixels.end(), seen.begin(), seen.end());
    }
  }
  const bool asked = network && !pixels.empty();
  const std::vector<float> logits = asked ? network(pixels) : std::vector<float>();
  std::vector<const image::Digit*> chosen;
  std::size_t at = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const image::Digit* best = readings[i].empty() ? nullptr : readings[i][0]->digits.data();
    float most = -std::numeric_limits<float>::infinity();
    for (const image::Reading* each : readings[i]) {
      const auto row = std::span(logits).subspan(asked ? at++ * kClasses : 0, asked ? kClasses : 0);
      const float score = asked ? agreement(*each, row, labels[i]) : most;
      if (score > most) {
        most = score;
        best = each->digits.data();
      }
    }
    chosen.push_back(best);
  }
  return chosen;
}

std::vector<Answer> judge(std::span<const Candidates> pictures, const Network& network) {
  std::vector<std::uint8_t> pixels;
  for_each_digit(pictures, [&](const image::Digit& digit) {
    pixels.insert(pixels.end(), digit.pixels.begin(), digit.pixels.end());
  });
  Names names(pixels.empty() ? std::vector<float>() : network(pixels));
  std::vector<Answer> answers;
  for (const Candidates& picture : pictures) {
    Answer& answer = answers.emplace_back();
    for (const image::ReadableLine& marks : picture.lines) {
      std::vector<Digit>& line = answer.lines.emplace_back();
      for (const std::vector<image::Reading>& mark : marks) {
        NamedReading best = names.best_of(mark);
        std::ranges::move(best.digits, std::back_inserter(line));
        answer.several = answer.several || best.several;
      }
    }
    if (!picture.row) continue;
    answer.several = answer.confidence() >= kRowSure;
    if (!answer.several) answer.lines.clear();
  }
  return answers;
}

}  // namespace mlpctl::digits
