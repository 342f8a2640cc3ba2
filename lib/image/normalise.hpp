#pragma once

#include "image/digit.hpp"
#include "image/plane.hpp"

namespace mlpctl::image {

/// From the ink of one digit (0 paper, 1 full ink; nothing else in the plane) to MNIST's form:
/// strokes of MNIST's width, fitted into 20x20, centre of mass in the middle of 28x28.
Digit normalise(const Plane& ink);

}  // namespace mlpctl::image
