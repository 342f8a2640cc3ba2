#pragma once

#include <optional>

#include "image/prepare/search.hpp"

namespace mlpctl::image {

/// The inside of the drawing area of a screenshot or of a plot: of the largest piece with a
/// straight line along all four sides, be it a frame, with ticks or without, or a dark area in a
/// light window. In pixels of search.ink.
std::optional<Box> find_panel(const Search& search);

}  // namespace mlpctl::image
