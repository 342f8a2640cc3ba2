#pragma once

#include <optional>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {

/// Width over height at which a digit is drawn whose box lies in a picture of this size: 1, or
/// MNIST's average where the digit fills a square to all four edges, since it was stretched to, as
/// sets of digits cut from forms are.
float written_aspect(const Box& box, int width, int height);

/// The digit of a square picture of two levels that it fills to all four edges. Which level is ink
/// shows in the shape alone: so thick a stroke may cover more than the paper does. Empty for any
/// other picture.
std::optional<Digit> as_stretched(const Picture& picture);

}  // namespace mlpctl::image
