#pragma once

#include <array>
#include <cstdint>

#include "image/plane.hpp"

namespace mlpctl::image {

inline constexpr int kDigitSide = 28;

/// What the net sees: 28x28, white ink (255) on black (0), and where it was found.
struct Digit {
  std::array<std::uint8_t, kDigitSide * kDigitSide> pixels{};
  Box box;
};

/// From the ink of one digit (0 paper, 1 full ink; nothing else in the plane) to MNIST's form:
/// strokes of MNIST's width, fitted into 20x20, centre of mass in the middle of 28x28. The digit is
/// drawn `aspect` times as wide as it is.
Digit normalise(const Plane& ink, float aspect = 1);

}  // namespace mlpctl::image
