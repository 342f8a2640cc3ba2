#pragma once

#include <cstddef>
#include <vector>

#include "image/propose/digit.hpp"

namespace mlpctl::image {

/// Pieces of ink that make one digit of a sheet, or several that touch, and where they count.
struct Mark {
  std::vector<std::size_t> pieces;
  Box box;
  float mass = 0;
  bool cut_off = false;  ///< by the picture's edge

  float middle_y() const { return static_cast<float>(box.y) + static_cast<float>(box.height) / 2; }
};

}  // namespace mlpctl::image
