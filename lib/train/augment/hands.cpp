#include "train/augment/hands.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "train/augment/extent.hpp"
#include "train/augment/pen.hpp"

namespace mlpctl::train {
namespace {

constexpr float kDegree = std::numbers::pi_v<float> / 180;

/// The middle of the ink in rows top to bottom.
Point middle(const Canvas& canvas, int top, int bottom) {
  float sum = 1e-6F, sum_x = 0;
  for (int y = std::max(top, kFirstPixel); y <= std::min(bottom, kLastPixel); ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      sum += canvas.rows[y][x];
      sum_x += static_cast<float>(canvas.rows[y][x] * x);
    }
  }
  return {sum_x / sum, static_cast<float>(top + bottom) / 2};
}

void move_sideways(Canvas& canvas, int by) {
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    auto& row = canvas.rows[y];
    const auto begin = row.begin() + kFirstPixel, end = row.begin() + kLastPixel + 1;
    if (by > 0) std::fill(begin, std::shift_right(begin, end, by), std::uint8_t{0});
    if (by < 0) std::fill(std::shift_left(begin, end, -by), end, std::uint8_t{0});
  }
}

float stroke_radius(const Extent& extent, float length) {
  return std::clamp(extent.ink / length / 2, 0.7F, 2.5F);
}

}  // namespace

void write_upstroke(Canvas& one, Random& random) {
  const float angle = random.uniform(25, 65) * kDegree;
  const float share = random.uniform(0.2F, 0.7F), foot = random.uniform(0.15F, 0.4F);
  const bool has_foot = random.uniform() < 0.2F;
  const Extent extent = measure(one);
  if (extent.empty()) return;
  const Point tip = middle(one, extent.top, extent.top + 2);
  const Point end = middle(one, extent.bottom - 2, extent.bottom);
  const float length = std::max(std::hypot(end.x - tip.x, end.y - tip.y), 1.0F);
  const float radius = stroke_radius(extent, length);
  const float before = middle(one, kFirstPixel, kLastPixel).x;

  // From the stem's direction turned to the left, but not so near the level that it is a 7.
  constexpr float kSteepest = 18 * kDegree, kFlattest = 62 * kDegree;
  const float lean = std::atan2(tip.x - end.x, end.y - tip.y);
  const float turned = std::max(std::min(lean + angle, kFlattest), lean + kSteepest);
  const Point start{tip.x - share * length * std::sin(turned),
                    tip.y + share * length * std::cos(turned)};
  draw_line(one, start, tip, radius * 0.85F);
  if (has_foot) {
    draw_line(one, {end.x - foot * length, end.y}, {end.x + foot * length, end.y}, radius * 0.85F);
  }
  move_sideways(one,
                static_cast<int>(std::lround(before - middle(one, kFirstPixel, kLastPixel).x)));
}

void write_bar(Canvas& seven, Random& random) {
  const float at = random.uniform(0.42F, 0.62F), half = random.uniform(0.15F, 0.32F);
  const float rise = random.uniform(-0.35F, 0.15F);
  const Extent extent = measure(seven);
  if (extent.empty()) return;
  const int row = extent.top + static_cast<int>(at * extent.height());
  const Point centre = middle(seven, row, row);
  const float reach = half * extent.height();
  // A 7's pen goes across the top and down.
  const float radius = stroke_radius(extent, extent.width() + extent.height()) * 0.85F;
  draw_line(seven, {centre.x - reach, centre.y - rise * reach},
            {centre.x + reach, centre.y + rise * reach}, radius);
}

void write_tail(Canvas& nine, Random& random) {
  const float share = random.uniform(0.2F, 0.65F), rise = random.uniform(0, 0.4F);
  const Extent extent = measure(nine);
  if (extent.empty()) return;
  const Point end = middle(nine, extent.bottom - 2, extent.bottom);
  // A 9's pen goes around the loop, about as wide as high, and down the height.
  const float radius = stroke_radius(extent, 2 * extent.width() + extent.height()) * 0.85F;
  const float reach = share * extent.height();
  const Point turn{end.x - reach / 2, end.y + 0.5F};
  const float before = middle(nine, kFirstPixel, kLastPixel).x;
  draw_line(nine, end, turn, radius);
  draw_line(nine, turn, {end.x - reach, turn.y - rise * reach}, radius);
  move_sideways(nine,
                static_cast<int>(std::lround(before - middle(nine, kFirstPixel, kLastPixel).x)));
}

}  // namespace mlpctl::train
