#include "predict_session.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.hpp"
#include "image/sheet.hpp"

namespace mlpctl::app {
namespace {

std::vector<std::vector<ReadDigit>> one(image::Digit digit) {
  return {{ReadDigit{.input = std::move(digit)}}};
}

image::Digit image_of(const PredictInput& input) {
  image::Digit digit;
  const auto first = input.idx->values().begin() + input.index * net::kPixels;
  std::copy_n(first, net::kPixels, digit.pixels.begin());
  digit.box = {0, 0, image::kDigitSide, image::kDigitSide};
  return digit;
}

/// In every way that each mark may be read.
std::vector<std::vector<ReadDigit>> sheet(const image::Picture& picture) {
  std::vector<std::vector<ReadDigit>> lines;
  for (std::vector<image::Readings>& line : image::find_digits(picture)) {
    lines.emplace_back();
    for (int mark = 0; image::Readings & readings : line) {
      for (int reading = 0; std::vector<image::Digit> & digits : readings) {
        for (image::Digit& digit : digits) {
          lines.back().push_back({.input = std::move(digit), .mark = mark, .reading = reading});
        }
        ++reading;
      }
      ++mark;
    }
  }
  return lines;
}

/// One way to read a mark.
struct Reading {
  int digits = 0;
  float least = 1;  ///< confidence of its digits
};

/// The way whose least sure digit is the surest; more digits must be clearly surer than fewer that
/// are likelier by shape, because parts of a digit often look like others: a nought's are 6 and 7.
int best_of(const std::vector<Reading>& readings) {
  constexpr float kClearly = 0.3F;
  std::size_t best = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const Reading &known = readings[best], &other = readings[i];
    const float margin = other.digits > known.digits ? kClearly : 0;
    if (other.least > known.least + margin) best = i;
  }
  return static_cast<int>(best);
}

/// For each mark of the line the best way to read it.
std::vector<int> best_readings(const std::vector<ReadDigit>& line) {
  std::vector<std::vector<Reading>> marks;
  for (const ReadDigit& digit : line) {
    marks.resize(static_cast<std::size_t>(digit.mark) + 1);
    marks.back().resize(static_cast<std::size_t>(digit.reading) + 1);
    Reading& reading = marks.back().back();
    ++reading.digits;
    reading.least = std::min(reading.least, digit.confidence());
  }
  std::vector<int> best;
  for (const std::vector<Reading>& readings : marks) best.push_back(best_of(readings));
  return best;
}

void keep_best_readings(std::vector<ReadDigit>& line) {
  const std::vector<int> best = best_readings(line);
  std::erase_if(line, [&](const ReadDigit& digit) {
    return digit.reading != best[static_cast<std::size_t>(digit.mark)];
  });
}

void read_digits(const PredictInput& input, Preparation preparation, Answer& answer) {
  if (input.idx != nullptr) {
    answer.lines = one(image_of(input));
    return;
  }
  const auto resolution =
      preparation == Preparation::kDigits ? image::Resolution::kReading : image::Resolution::kDigit;
  const image::Picture picture = image::read_picture(input.file, resolution);
  switch (preparation) {
    case Preparation::kExact:
      answer.lines = one(image::exact_digit(picture, input.file));
      break;
    case Preparation::kReduced:
      answer.lines = one(image::grey_digit(picture));
      break;
    case Preparation::kDigits:
      answer.lines = sheet(picture);
      break;
    case Preparation::kDigit:
      answer.sightings = image::sight_digit(picture);
      break;
  }
}

std::vector<std::uint8_t> pixels_of(const std::vector<const image::Digit*>& digits) {
  std::vector<std::uint8_t> pixels;
  for (const image::Digit* digit : digits) {
    pixels.insert(pixels.end(), digit->pixels.begin(), digit->pixels.end());
  }
  return pixels;
}

/// The sighting that looks like a digit to the eye and to the net: shadows and the insides of loops
/// seldom make it sure.
const image::Digit& most_convincing(const std::vector<image::Sighting>& sightings,
                                    const Inference& inference) {
  if (sightings.size() == 1) return sightings.front().digit;
  /// Fitted to generated photographs.
  constexpr float kSureness = 3;
  std::vector<const image::Digit*> digits;
  for (const image::Sighting& each : sightings) digits.push_back(&each.digit);
  std::vector<float> logits = inference.logits(pixels_of(digits));
  std::vector<float> scores;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const std::span row = std::span(logits).subspan(i * net::kClasses, net::kClasses);
    net::softmax(row);
    const float sure = row[static_cast<std::size_t>(net::best_class(row))];
    scores.push_back(sightings[i].merit + kSureness * std::log(sure));
  }
  const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
  return sightings[static_cast<std::size_t>(best)].digit;
}

}  // namespace

Answer prepare(const PredictInput& input, Preparation preparation) {
  Answer answer{.file = input.file, .index = input.index, .error = input.error};
  if (!answer.error.empty()) return answer;
  try {
    read_digits(input, preparation, answer);
  } catch (const Error& error) {
    answer.error = error.what();
  } catch (const std::bad_alloc&) {
    answer.error = input.file + ": there is not enough memory for it";
  }
  return answer;
}

void classify(std::vector<Answer>& answers, const Inference& inference) {
  std::vector<ReadDigit*> digits;
  std::vector<const image::Digit*> seen;
  for (Answer& answer : answers) {
    if (!answer.sightings.empty()) {
      answer.lines = one(most_convincing(answer.sightings, inference));
    }
    for (auto& line : answer.lines) {
      for (ReadDigit& digit : line) {
        digits.push_back(&digit);
        seen.push_back(&digit.input);
      }
    }
  }
  const std::vector<float> logits = inference.logits(pixels_of(seen));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    ReadDigit& digit = *digits[i];
    std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * net::kClasses), net::kClasses,
                digit.logits.begin());
    digit.probabilities = digit.logits;
    net::softmax(digit.probabilities);
    digit.best = net::best_class(digit.logits);
  }
  for (Answer& answer : answers) {
    for (auto& line : answer.lines) keep_best_readings(line);
  }
}

}  // namespace mlpctl::app
