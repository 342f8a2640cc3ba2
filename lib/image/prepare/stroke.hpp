#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// The distance of every pixel of a shape, where the plane is above level, to the nearest pixel
/// outside it, in pixels: 1 beside the edge. 0 outside; no edge is where the plane ends. What is
/// farther than 127 pixels is told as no nearer than that.
Plane distance_to_paper(const Plane& plane, float level);

/// The distance of every pixel outside a shape to its nearest pixel, up to `reach` and 127, in
/// pixels; what is farther is told as no nearer than that. 0 inside.
Plane distance_to_ink(const Plane& plane, float level, int reach);

/// The width of the strokes of a shape given by its distances to the paper: four times the mean
/// distance to the edge inside, which is exact for a long straight stroke. 0 for an empty shape.
float stroke_width(const Plane& to_paper);

/// The same in pixels of a mask, or more, at little cost: its pixels for each of its runs along
/// rows or columns, whichever are more. 0 for an empty mask.
float stroke_width_at_most(const Mask& mask);

}  // namespace mlpctl::image
