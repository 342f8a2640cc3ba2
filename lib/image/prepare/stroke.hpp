#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// The distance of every pixel to the edge of the shape, in pixels, positive inside; the edge is
/// where the plane crosses level.
Plane signed_distance(const Plane& plane, float level);

/// The width of the strokes of a shape given by its signed distance: four times the mean distance
/// inside, which is exact for a long straight stroke. 0 for an empty shape.
float stroke_width(const Plane& distance);

}  // namespace mlpctl::image
