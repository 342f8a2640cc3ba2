#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// The least and the largest value in windows of 2 reach + 1 a side, cut at the plane's edge.
Plane eroded(const Plane& plane, int reach);
Plane dilated(const Plane& plane, int reach);

/// The plane without what is lighter than its surroundings and narrower than 2 reach + 1; steps
/// between wider parts stay as sharp as they are. What runs along the edge is taken to go on
/// outside, so that a strip of table there is no stroke.
Plane opened(const Plane& plane, int reach);

/// The median of each pixel and its eight neighbours.
Plane median_of_nine(const Plane& plane);

}  // namespace mlpctl::image
