#include "image/propose/ready_digit.hpp"

#include <algorithm>
#include <cmath>

#include "image/plane.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {

std::optional<Digit> as_mnist(const Picture& picture) {
  if (picture.width != kDigitSide || picture.height != kDigitSide) return std::nullopt;
  const Digit grey = grey_digit(picture);
  for (const bool negative : {false, true}) {
    Digit digit = grey;
    if (negative) {
      for (std::uint8_t& value : digit.pixels) value = static_cast<std::uint8_t>(255 - value);
    }
    double mass = 0, sum_x = 0, sum_y = 0;
    int left = 28, top = 28, right = -1, bottom = -1, brightest = 0, lit = 0;
    for (int y = 0; y < kDigitSide; ++y) {
      for (int x = 0; x < kDigitSide; ++x) {
        const int value = digit.pixels[static_cast<std::size_t>(y * kDigitSide + x)];
        mass += value;
        sum_x += value * (x + 0.5);
        sum_y += value * (y + 0.5);
        brightest = std::max(brightest, value);
        if (value < 24) continue;
        ++lit;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    const int longest = std::max(right - left, bottom - top) + 1;
    const bool centred =
        mass > 0 && std::abs(sum_x / mass - 14) < 1.3 && std::abs(sum_y / mass - 14) < 1.3;
    // All of MNIST's 70,000 reach 254, and their lit pixels 119 on average.
    const bool full = brightest > 240 && mass > 110 * lit;
    if (full && longest >= 17 && longest <= 20 && centred) {
      digit.box = {left, top, right - left + 1, bottom - top + 1};
      return digit;
    }
  }
  return std::nullopt;
}

Digit exact_digit(const Picture& picture, const std::string& name) {
  if (picture.width != kDigitSide || picture.height != kDigitSide) {
    throw Error(ErrorCode::kInvalidArgument, name + ": is " + std::to_string(picture.width) + "x" +
                                                 std::to_string(picture.height) +
                                                 " pixels, and without preparation it must be " +
                                                 "28x28; leave out `preprocess` none");
  }
  return grey_digit(picture);
}

Digit grey_digit(const Picture& picture) {
  Plane grey = grey_of(picture);
  const float step_x = static_cast<float>(picture.width) / kDigitSide;
  const float step_y = static_cast<float>(picture.height) / kDigitSide;
  const float step = std::max(step_x, step_y);
  if (step > 1) grey = blur(grey, 0.5F * step);
  const bool fits = picture.width == kDigitSide && picture.height == kDigitSide;
  Digit digit;
  for (int y = 0; y < kDigitSide; ++y) {
    for (int x = 0; x < kDigitSide; ++x) {
      const float value = fits ? grey.at(x, y)
                               : sample(grey, (static_cast<float>(x) + 0.5F) * step_x - 0.5F,
                                        (static_cast<float>(y) + 0.5F) * step_y - 0.5F);
      digit.pixels[static_cast<std::size_t>(y * kDigitSide + x)] =
          static_cast<std::uint8_t>(std::lround(value));
    }
  }
  digit.box = {0, 0, static_cast<int>(std::lround(picture.width * picture.reduction)),
               static_cast<int>(std::lround(picture.height * picture.reduction))};
  return digit;
}

}  // namespace mlpctl::image
