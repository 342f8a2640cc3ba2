#pragma once

#include <vector>

#include "image/propose/reading.hpp"

namespace mlpctl::image {

/// Width over height at which a digit is drawn whose box lies in a picture of this size: 1, or
/// MNIST's average where the digit fills a square to all four edges, since it was stretched to, as
/// sets of digits cut from forms are.
float written_aspect(const Box& box, int width, int height);

/// The digit of a square picture of two levels that both reach all four edges: each of the levels
/// as ink, the one that leaves more of the rim to the other first. So thick a stroke may cover more
/// than the paper does. None for any other picture.
std::vector<Reading> as_stretched(const Picture& picture);

}  // namespace mlpctl::image
