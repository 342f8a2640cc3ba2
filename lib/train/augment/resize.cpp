#include "train/augment/resize.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "train/augment/extent.hpp"

namespace mlpctl::train {

Canvas resized(const Canvas& canvas, Point from, Point to, float width, float height) {
  static const SplineBasis basis(4);
  const Affine back{.xx = 1 / width,
                    .x0 = from.x - 1 - (to.x - 1) / width,
                    .yy = 1 / height,
                    .y0 = from.y - 1 - (to.y - 1) / height};
  std::array<std::uint8_t, model::kPixels> pixels;
  warp(canvas, back, basis, {}, pixels.data());
  Canvas out;
  for (int y = 0; y < model::kImageSide; ++y) {
    std::copy_n(pixels.data() + y * model::kImageSide, model::kImageSide,
                &out.rows[static_cast<std::size_t>(y + kFirstPixel)][kFirstPixel]);
  }
  return out;
}

void fit(Canvas& canvas) {
  const Extent extent = measure(canvas);
  if (extent.empty()) return;
  const float scale = kLongestSide / std::max(extent.width(), extent.height());
  canvas = resized(canvas, {extent.x, extent.y}, from_middle(0, 0), scale, scale);
}

}  // namespace mlpctl::train
