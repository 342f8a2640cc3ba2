#pragma once

#include <optional>

#include "image/search.hpp"

namespace mlpctl::image {

/// The inside of the drawing area of a screenshot: of the largest piece that is closed and straight
/// along all four sides of its box, be it a frame or a dark area in a light window. In pixels of
/// search.ink.
std::optional<Box> find_panel(const Search& search);

}  // namespace mlpctl::image
