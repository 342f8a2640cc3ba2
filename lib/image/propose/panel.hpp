#pragma once

#include <optional>

#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// The inside of the drawing area of a screenshot or of a plot: of the largest piece with a
/// straight line along all four sides, be it a frame, with ticks or without, or a dark area in a
/// light window. In pixels of segmented.ink.
std::optional<Box> find_panel(const Segmentation& segmented);

}  // namespace mlpctl::image
