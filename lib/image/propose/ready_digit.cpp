#include "image/propose/ready_digit.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "image/plane.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {
namespace {

/// The level, 0 to 255, to the nearest whole; of a half the one above.
std::uint8_t whole_level(float value) {
  return static_cast<std::uint8_t>(static_cast<double>(value) + 0.5);
}

using Levels = std::array<std::uint8_t, kDigitSide * kDigitSide>;

constexpr std::uint8_t kLit = 24;

/// Around all that is lit, which must be something.
Box lit_box(const Levels& levels) {
  // Words of a row's bytes, the last of which has some of the one before.
  constexpr std::array<std::size_t, 4> kWords{0, 8, 16, kDigitSide - 8};
  Levels lit;
  for (std::size_t i = 0; i < lit.size(); ++i) lit[i] = levels[i] >= kLit ? 1 : 0;
  std::array<std::uint64_t, kWords.size()> columns{};
  std::uint32_t rows = 0;
  for (std::size_t y = 0; y < kDigitSide; ++y) {
    std::uint64_t row = 0;
    for (std::size_t w = 0; w < kWords.size(); ++w) {
      std::uint64_t word = 0;
      std::memcpy(&word, lit.data() + y * kDigitSide + kWords[w], sizeof(word));
      columns[w] |= word;
      row |= word;
    }
    rows |= (row == 0 ? 0U : 1U) << y;
  }
  std::array<std::uint8_t, kDigitSide> across{};
  for (std::size_t w = 0; w < kWords.size(); ++w) {
    std::memcpy(across.data() + kWords[w], &columns[w], sizeof(columns[w]));
  }
  const auto left = static_cast<int>(std::ranges::find(across, 1) - across.begin());
  const auto right =
      kDigitSide - static_cast<int>(std::find(across.rbegin(), across.rend(), 1) - across.rbegin());
  const int top = std::countr_zero(rows), bottom = std::bit_width(rows);
  return {left, top, right - left, bottom - top};
}

/// Whether the centre of mass is near the middle.
bool is_central(const Levels& levels) {
  // Of each column; added up from the bottom, a row counts in `down` as often as its number says.
  std::array<std::int32_t, kDigitSide> mass{}, down{};
  for (int y = kDigitSide - 1; y >= 0; --y) {
    const std::uint8_t* row = levels.data() + std::ptrdiff_t{y} * kDigitSide;
    for (std::size_t x = 0; x < mass.size(); ++x) {
      mass[x] += row[x];
      down[x] += y == 0 ? 0 : mass[x];
    }
  }
  std::int32_t all = 0, sum_x = 0, sum_y = 0;
  for (std::size_t x = 0; x < mass.size(); ++x) {
    all += mass[x];
    sum_x += mass[x] * static_cast<std::int32_t>(x);
    sum_y += down[x];
  }
  const auto near = [all](std::int32_t sum) {
    return std::abs((sum + 0.5 * all) / all - 14) < 1.3;
  };
  return near(sum_x) && near(sum_y);
}

/// Whether its levels are those of MNIST, of which all 70,000 pictures reach 254 and have lit
/// pixels of 119 on average.
bool is_full(const Levels& levels) {
  std::uint8_t brightest = 0;
  std::int32_t mass = 0, lit = 0;
  for (const std::uint8_t level : levels) {
    brightest = level > brightest ? level : brightest;
    mass += level;
    lit += level >= kLit ? 1 : 0;
  }
  return brightest > 240 && mass > 110 * lit;
}

/// Where the ink is, when it is made like MNIST's.
std::optional<Box> box_of_mnist(const Levels& levels) {
  // Paper that is lit ends here.
  if (levels.front() >= kLit && levels.back() >= kLit) return std::nullopt;
  if (!is_full(levels)) return std::nullopt;
  const Box box = lit_box(levels);
  const int longest = std::max(box.width, box.height);
  if (longest < 17 || longest > 20 || !is_central(levels)) return std::nullopt;
  return box;
}

}  // namespace

std::optional<Digit> as_mnist(const Picture& picture) {
  if (picture.width != kDigitSide || picture.height != kDigitSide) return std::nullopt;
  Digit digit = grey_digit(picture);
  for (const bool negative : {false, true}) {
    if (negative) {
      for (std::uint8_t& value : digit.pixels) value = static_cast<std::uint8_t>(255 - value);
    }
    if (const std::optional<Box> box = box_of_mnist(digit.pixels)) {
      digit.box = *box;
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
  Digit digit;
  digit.box = {0, 0, static_cast<int>(std::lround(picture.width * picture.reduction)),
               static_cast<int>(std::lround(picture.height * picture.reduction))};
  const bool fits = picture.width == kDigitSide && picture.height == kDigitSide;
  if (fits && picture.channels == 1) {
    std::ranges::copy(picture.pixels, digit.pixels.begin());
    return digit;
  }
  Plane grey = grey_of(picture);
  const float step_x = static_cast<float>(picture.width) / kDigitSide;
  const float step_y = static_cast<float>(picture.height) / kDigitSide;
  const float step = std::max(step_x, step_y);
  if (step > 1) grey = blur(grey, 0.5F * step);
  if (!fits) grey = sampled(grey, centres(kDigitSide, step_x), centres(kDigitSide, step_y));
  std::ranges::transform(grey.values, digit.pixels.begin(), whole_level);
  return digit;
}

}  // namespace mlpctl::image
