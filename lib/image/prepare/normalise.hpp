#pragma once

#include "image/plane.hpp"
#include "image/propose/digit.hpp"

namespace mlpctl::image {

/// From the ink of one digit (0 paper, 1 full ink; nothing else in the plane) to MNIST's form:
/// strokes of MNIST's width, fitted into 20x20, centre of mass in the middle of 28x28. The digit is
/// drawn `aspect` times as wide as it is.
Digit normalise(const Plane& ink, float aspect = 1);

}  // namespace mlpctl::image
