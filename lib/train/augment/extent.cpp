#include "train/augment/extent.hpp"

#include <algorithm>

namespace mlpctl::train {

Extent measure(const Canvas& canvas) {
  Extent extent;
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      const std::uint8_t pixel = canvas.rows[y][x];
      const float ink = static_cast<float>(pixel) / 255;
      extent.ink += ink;
      extent.x += ink * static_cast<float>(x);
      extent.y += ink * static_cast<float>(y);
      if (pixel < 128) continue;
      extent.top = std::min(extent.top, y);
      extent.bottom = std::max(extent.bottom, y);
      extent.left = std::min(extent.left, x);
      extent.right = std::max(extent.right, x);
    }
  }
  extent.x /= std::max(extent.ink, 1e-6F);
  extent.y /= std::max(extent.ink, 1e-6F);
  return extent;
}

}  // namespace mlpctl::train
