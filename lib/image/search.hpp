#pragma once

#include <vector>

#include "image/components.hpp"
#include "image/ink.hpp"

namespace mlpctl::image {

/// The pieces of ink of a picture.
struct Search {
  Plane ink{};         ///< grey levels from the paper, printed lines taken out
  Plane brightness{};  ///< see InkPlane
  float level = 0;     ///< what counts as ink: about half of a stroke's
  Components found{};  ///< pieces above the level, without the noise of the paper
};

/// Finds the pieces of ink. None: a blank page.
Search search_ink(InkPlane plane);

/// The ink of the chosen pieces in the box alone, 0 to 1, with a margin around it.
Plane isolated(const Search& search, const std::vector<bool>& chosen, const Box& box);

/// The box around the chosen pieces.
Box box_of(const Components& found, const std::vector<bool>& chosen);

/// The box in pixels of the file.
Box in_file(const Box& box, double scale);

}  // namespace mlpctl::image
