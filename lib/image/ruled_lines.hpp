#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// Takes printed lines (ruled and squared paper) out of a plane of ink: straight, nearly level or
/// upright, from one edge to the other or several across a page. What is written across a line
/// stays, less the line's own ink. level: the least ink that counts.
void remove_ruled_lines(Plane& ink, float level);

}  // namespace mlpctl::image
