#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// Takes printed lines (ruled and squared paper) out of a plane of ink: thin, nearly level or
/// upright, slightly bent as paper is, at least `span` of the picture's width or height long. What
/// is written across a line stays whole. level: the least ink of a line.
void remove_ruled_lines(Plane& ink, float level, float span);

/// The same in a small picture, in which lines have too few pixels to be followed: on the plane as
/// it is when it is so many times as large.
void remove_fine_ruled_lines(Plane& ink, int factor, float level, float span);

}  // namespace mlpctl::image
