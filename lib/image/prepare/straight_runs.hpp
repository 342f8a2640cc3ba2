#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// Takes out level and upright runs of ink above the level that are thin, as long as this share of
/// the plane's side and reach one of its edges, as the frames of small cells do, but where strokes
/// cross them. Returns
/// whether there were any.
bool remove_straight_runs(Plane& ink, float level, float span);

}  // namespace mlpctl::image
