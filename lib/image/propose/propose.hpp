#pragma once

#include <vector>

#include "image/picture.hpp"
#include "image/propose/reading.hpp"

namespace mlpctl::image {

/// The one digit of a picture, prepared as LeCun prepared MNIST: paper removed, whichever of ink
/// and paper is darker; stroke width near MNIST's; fitted into 20x20; centre of mass in the middle.
/// A picture that already is so (28x28, centred) passes unchanged. Shadows, tables and thick
/// markers leave several ways to read it: all of them, the usual first, for a judge to choose from.
/// Empty: a blank page, or nothing that could be a digit.
std::vector<Reading> propose_digit(const Picture& picture);

}  // namespace mlpctl::image
