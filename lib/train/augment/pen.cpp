#include "train/augment/pen.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::train {
namespace {

int first_pixel(float a, float b, float reach) {
  return std::max(kFirstPixel, static_cast<int>(std::floor(std::min(a, b) - reach)));
}

int last_pixel(float a, float b, float reach) {
  return std::min(kLastPixel, static_cast<int>(std::ceil(std::max(a, b) + reach)));
}

}  // namespace

void draw_line(Canvas& canvas, Point from, Point to, float radius) {
  const float reach = radius + 0.5F;
  const float dx = to.x - from.x, dy = to.y - from.y;
  // Most pixels looked at lie beyond the line: for these there is neither a division nor a root.
  const float by_length = 1 / std::max(dx * dx + dy * dy, 1e-6F);
  for (int y = first_pixel(from.y, to.y, reach); y <= last_pixel(from.y, to.y, reach); ++y) {
    const float py = static_cast<float>(y) - from.y;
    for (int x = first_pixel(from.x, to.x, reach); x <= last_pixel(from.x, to.x, reach); ++x) {
      const float px = static_cast<float>(x) - from.x;
      const float along = std::clamp((px * dx + py * dy) * by_length, 0.0F, 1.0F);
      const float ex = px - along * dx, ey = py - along * dy, square = ex * ex + ey * ey;
      if (square >= reach * reach) continue;
      const float level = std::min(reach - std::sqrt(square), 1.0F) * 255;
      auto& pixel = canvas.rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      pixel = std::max(pixel, static_cast<std::uint8_t>(level + 0.5F));
    }
  }
}

}  // namespace mlpctl::train
