#pragma once

#include <vector>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {

/// One way to read a mark of ink: as this digit, or as these where several touch.
struct Reading {
  std::vector<Digit> digits;
  float merit = 0;       ///< how well it looks like one, as a logarithm of odds up to a constant
  bool several = false;  ///< marks of its kind lie beside it, or are taken for a part of it
};

/// The one digit of a picture, prepared as LeCun prepared MNIST: paper removed, whichever of ink
/// and paper is darker; stroke width near MNIST's; fitted into 20x20; centre of mass in the middle.
/// A picture that already is so (28x28, centred) passes unchanged. Shadows, tables and thick
/// markers leave several ways to read it: all of them, the best first, for a net to choose from.
/// Empty: a blank page, or nothing that could be a digit.
std::vector<Reading> propose_digit(const Picture& picture);

}  // namespace mlpctl::image
