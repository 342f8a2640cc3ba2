#pragma once

#include <optional>

#include "image/plane.hpp"

namespace mlpctl::image {

/// The ink without what is drawn much thinner than the rest of what is above the level within the
/// box: lines through, around or beside a digit of a broader pen. None where strokes are not of two
/// such widths.
std::optional<Plane> thick_strokes(const Plane& ink, const Box& box, float level);

}  // namespace mlpctl::image
