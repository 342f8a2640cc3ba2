#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// Takes printed lines (ruled and squared paper) out of a plane of ink: thin, nearly level or
/// upright, slightly bent as paper is, at least `span` of the picture's width or height long. What
/// is written across a line stays whole. level: the least ink of a line.
/// In a small picture lines have too few pixels to be followed: see change_enlarged(). Returns
/// whether there were any.
bool remove_ruled_lines(Plane& ink, float level, float span);

}  // namespace mlpctl::image
