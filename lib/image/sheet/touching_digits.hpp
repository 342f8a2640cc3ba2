#pragma once

#include <cstddef>
#include <vector>

#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// Pieces of ink that make one digit of a sheet, or several that touch, and where they count.
struct Mark {
  std::vector<std::size_t> pieces;
  Box box;
  float mass = 0;
  int area = 0;            ///< pixels of its ink
  bool cut_off = false;    ///< by the picture's edge
  std::size_t number = 0;  ///< among all of the sheet

  float middle_x() const { return static_cast<float>(box.x) + static_cast<float>(box.width) / 2; }
  float middle_y() const { return static_cast<float>(box.y) + static_cast<float>(box.height) / 2; }
};

/// What a mark falls into where it is cut.
struct Part {
  Mark mark;
  float cut = 0;  ///< ink between it and the part to its left, as a share of a digit's height
};

/// Cuts a mark wherever two digits may touch in it, which is more often than they do: from top to
/// bottom through the least ink, and past what leans. Each part gets pieces of its own. From left
/// to right; the mark itself where nothing tells of a second digit. height: the usual height of a
/// digit.
std::vector<Part> parts_of(Segmentation& segmented, const Mark& mark, float height);

}  // namespace mlpctl::image
