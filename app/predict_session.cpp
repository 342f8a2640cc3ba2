#include "predict_session.hpp"

#include <algorithm>

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

std::vector<std::vector<ReadDigit>> sheet(const image::Picture& picture) {
  std::vector<std::vector<ReadDigit>> lines;
  for (std::vector<image::Digit>& line : image::find_digits(picture)) {
    lines.emplace_back();
    for (image::Digit& digit : line) lines.back().push_back({.input = std::move(digit)});
  }
  return lines;
}

std::vector<std::vector<ReadDigit>> digits_of(const PredictInput& input, Preparation preparation) {
  if (input.idx != nullptr) return one(image_of(input));
  const auto resolution =
      preparation == Preparation::kDigits ? image::Resolution::kReading : image::Resolution::kDigit;
  const image::Picture picture = image::read_picture(input.file, resolution);
  if (preparation == Preparation::kExact) return one(image::exact_digit(picture, input.file));
  if (preparation == Preparation::kReduced) return one(image::grey_digit(picture));
  if (preparation == Preparation::kDigits) return sheet(picture);
  std::optional<image::Digit> digit = image::find_digit(picture);
  if (!digit) return {};
  return one(std::move(*digit));
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
    std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * net::kClasses), net::kClasses,
                digit.logits.begin());
    digit.probabilities = digit.logits;
    net::softmax(digit.probabilities);
    digit.best = net::best_class(digit.logits);
  }
}

}  // namespace mlpctl::app
