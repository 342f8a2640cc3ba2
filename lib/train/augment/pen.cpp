#include "train/augment/pen.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::train {
namespace {

float distance(Point p, Point a, Point b) {
  const float dx = b.x - a.x, dy = b.y - a.y, length = std::max(dx * dx + dy * dy, 1e-6F);
  const float along = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0F, 1.0F);
  const float x = p.x - a.x - along * dx, y = p.y - a.y - along * dy;
  return std::sqrt(x * x + y * y);
}

int first_pixel(float a, float b, float reach) {
  return std::max(kFirstPixel, static_cast<int>(std::floor(std::min(a, b) - reach)));
}

int last_pixel(float a, float b, float reach) {
  return std::min(kLastPixel, static_cast<int>(std::ceil(std::max(a, b) + reach)));
}

}  // namespace

void draw_line(Canvas& canvas, Point from, Point to, float radius) {
  const float reach = radius + 0.5F;
  for (int y = first_pixel(from.y, to.y, reach); y <= last_pixel(from.y, to.y, reach); ++y) {
    for (int x = first_pixel(from.x, to.x, reach); x <= last_pixel(from.x, to.x, reach); ++x) {
      const float away = distance({static_cast<float>(x), static_cast<float>(y)}, from, to);
      const float level = std::clamp(reach - away, 0.0F, 1.0F) * 255;
      auto& pixel = canvas.rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      pixel = std::max(pixel, static_cast<std::uint8_t>(level + 0.5F));
    }
  }
}

}  // namespace mlpctl::train
