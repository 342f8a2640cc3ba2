#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// The distance of every pixel to the edge of the shape, in pixels, positive inside; the edge is
/// where the plane crosses level. Outside it is told to `reach`, and beyond no nearer than that.
Plane signed_distance(const Plane& plane, float level, int reach);

/// The width of the strokes of a shape given by its signed distance: four times the mean distance
/// inside, which is exact for a long straight stroke. 0 for an empty shape.
float stroke_width(const Plane& distance);

/// The same in pixels of a mask, or more, at little cost: its pixels for each of its runs along
/// rows or columns, whichever are more. 0 for an empty mask.
float stroke_width_at_most(const Mask& mask);

}  // namespace mlpctl::image
