#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/picture.hpp"

namespace mlpctl::image {

inline constexpr int kDigitSide = 28;

/// What the net sees: 28x28, white ink (255) on black (0), and where it was found.
struct Digit {
  std::array<std::uint8_t, kDigitSide * kDigitSide> pixels{};
  Box box;
};

/// What one way of looking takes for the digit of a picture.
struct Sighting {
  Digit digit;
  float merit = 0;  ///< how well it looks like one, as a logarithm of odds up to a constant
};

/// The one digit of a picture, prepared as LeCun prepared MNIST: paper removed, whichever of ink
/// and paper is darker; stroke width near MNIST's; fitted into 20x20; centre of mass in the middle.
/// A picture that already is so (28x28, centred) passes unchanged. Shadows, tables and thick
/// markers leave several ways to see it: all of them, the best first, for a net to choose from.
/// Empty: a blank page, or nothing that could be a digit.
std::vector<Sighting> sight_digit(const Picture& picture);

/// The best of these.
std::optional<Digit> find_digit(const Picture& picture);

/// The picture as it is. Throws Error naming the size unless it is exactly 28x28.
Digit exact_digit(const Picture& picture, const std::string& name);

/// The picture reduced to 28x28 grey and nothing else: for models whose pictures are not digits.
Digit grey_digit(const Picture& picture);

}  // namespace mlpctl::image
