#pragma once

#include <vector>

#include "image/plane.hpp"

namespace mlpctl::image {

/// The colour that the paper has where its light changes smoothly, a plane a channel: the surface
/// of second degree near which the most of a picture lies, however much the rest departs from it.
/// Empty where a wide part of the picture does, as beyond the edge of a shadow.
std::vector<Plane> smooth_paper(const std::vector<Plane>& colours);

}  // namespace mlpctl::image
