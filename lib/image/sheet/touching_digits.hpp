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
  bool cut_off = false;    ///< by the picture's edge
  std::size_t number = 0;  ///< among all of the sheet

  float middle_y() const { return static_cast<float>(box.y) + static_cast<float>(box.height) / 2; }
};

/// The parts of a mark in each way that it may be read: whole, or cut where digits touch. The first
/// is the likeliest by its shape; what is not much wider than a digit has no other. height: the
/// usual height of a digit.
std::vector<std::vector<Mark>> parts_of(const Segmentation& segmented, const Mark& mark,
                                        float height);

}  // namespace mlpctl::image
