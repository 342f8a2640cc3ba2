#pragma once

#include <vector>

#include "image/picture.hpp"
#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// The paper within a closed frame in which something is drawn, as in the boxes of forms.
struct ClosedCell {
  Box box;  ///< in pixels of what is segmented
  /// For each row of the box where the paper begins and ends, counted from its left.
  std::vector<int> left, right;
};

/// The cells of what is segmented.
std::vector<ClosedCell> closed_cells(const Segmentation& segmented);

/// What lies within the cell, with paper in place of the frame; factor: pixels of the picture for
/// one of the segmentation.
Picture inside_of(const ClosedCell& cell, const Picture& picture, int factor);

}  // namespace mlpctl::image
