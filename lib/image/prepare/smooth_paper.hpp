#pragma once

#include <vector>

#include "image/plane.hpp"

namespace mlpctl::image {

/// Paper where its light changes smoothly.
struct SmoothPaper {
  std::vector<Plane> colours;  ///< a plane a channel
  bool doubtful = false;       ///< a wide part departs from it, perhaps in the shadow of something
};

/// The surface of second degree near which the most of a picture lies, however much the rest
/// departs from it. Without colours where too wide a part does.
SmoothPaper smooth_paper(const std::vector<Plane>& colours);

}  // namespace mlpctl::image
