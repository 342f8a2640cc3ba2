#include "predict/predict_session.hpp"

#include <algorithm>
#include <cmath>

#include "image/sheet/sheet.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

std::vector<std::vector<ReadDigit>> one(image::Digit digit) {
  return {{ReadDigit{.input = std::move(digit)}}};
}

image::Digit image_of(const PredictInput& input) {
  image::Digit digit;
  const auto first = input.idx->values().begin() + input.index * model::kPixels;
  std::copy_n(first, model::kPixels, digit.pixels.begin());
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

/// The one digit in every way that it can be seen.
std::vector<std::vector<ReadDigit>> sightings(const image::Picture& picture) {
  std::vector<ReadDigit> line;
  for (image::Sighting& seen : image::sight_digit(picture)) {
    const int reading = static_cast<int>(line.size());
    line.push_back({.input = std::move(seen.digit), .reading = reading, .merit = seen.merit});
  }
  if (line.empty()) return {};
  return {std::move(line)};
}

/// One way to read a mark.
struct Reading {
  int digits = 0;
  float least = 1;  ///< confidence of its digits
  float merit = 0;

  /// How much it looks like a digit to the eye and to the net: shadows and the insides of loops
  /// seldom make it sure. The weight was fitted to generated photographs.
  float score() const {
    constexpr float kSureness = 3;
    return merit + kSureness * std::log(least);
  }
};

/// Whether one way convinces more than another that is likelier by shape. More digits must be
/// clearly surer than fewer, because parts of a digit often look like others: a nought's are 6 and
/// 7.
bool is_better(const Reading& other, const Reading& known) {
  constexpr float kClearly = 0.3F;
  if (other.digits > known.digits) return other.least > known.least + kClearly;
  return other.score() > known.score();
}

int best_of(const std::vector<Reading>& readings) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    if (is_better(readings[i], readings[best])) best = i;
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
    reading.merit = digit.merit;
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

std::vector<std::vector<ReadDigit>> digits_of(const PredictInput& input, Preparation preparation) {
  if (input.idx != nullptr) return one(image_of(input));
  const auto resolution =
      preparation == Preparation::kDigits ? image::Resolution::kReading : image::Resolution::kDigit;
  const image::Picture picture = image::read_picture(input.file, resolution);
  if (preparation == Preparation::kExact) return one(image::exact_digit(picture, input.file));
  if (preparation == Preparation::kReduced) return one(image::grey_digit(picture));
  if (preparation == Preparation::kDigits) return sheet(picture);
  return sightings(picture);
}

}  // namespace

Answer prepare(const PredictInput& input, Preparation preparation) {
  Answer answer{.file = input.file, .index = input.index, .error = input.error};
  if (!answer.error.empty()) return answer;
  try {
    answer.lines = digits_of(input, preparation);
  } catch (const Error& error) {
    answer.error = error.what();
  } catch (const std::bad_alloc&) {
    answer.error = input.file + ": there is not enough memory for it";
  }
  return answer;
}

void classify(std::vector<Answer>& answers, const Inference& inference) {
  std::vector<ReadDigit*> digits;
  for (Answer& answer : answers) {
    for (auto& line : answer.lines) {
      for (ReadDigit& digit : line) digits.push_back(&digit);
    }
  }
  std::vector<std::uint8_t> pixels;
  for (const ReadDigit* digit : digits) {
    pixels.insert(pixels.end(), digit->input.pixels.begin(), digit->input.pixels.end());
  }
  const std::vector<float> logits = inference.logits(pixels);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    ReadDigit& digit = *digits[i];
    std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * model::kClasses), model::kClasses,
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
