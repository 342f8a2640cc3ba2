#pragma once

#include "train/augment/pen.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// Where the ink of a canvas lies: rows and columns with a pixel that is more than half white.
struct Extent {
  int top = kStride, bottom = 0, left = kStride, right = 0;
  /// In white pixels, and its middle.
  float ink = 0, x = 0, y = 0;

  bool empty() const { return bottom < top; }
  float height() const { return static_cast<float>(bottom - top + 1); }
  float width() const { return static_cast<float>(right - left + 1); }
  /// Of the box.
  Point middle() const {
    return {static_cast<float>(left + right) / 2, static_cast<float>(top + bottom) / 2};
  }
};

Extent measure(const Canvas& canvas);

}  // namespace mlpctl::train
