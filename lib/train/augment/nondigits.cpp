#include "train/augment/nondigits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "train/augment/extent.hpp"
#include "train/augment/pen.hpp"
#include "train/augment/resize.hpp"

namespace mlpctl::train {
namespace {

/// Wipes out what lies on one side of a level or an upright line: 0.35 to 0.7 of the box.
void cut(Canvas& canvas, Random& random) {
  const Extent extent = measure(canvas);
  const bool level = random.uniform() < 0.5F;
  const float angle = random.uniform(-0.3F, 0.3F) + (level ? 0.25F : 0) * kFullTurn;
  const float side = random.uniform() < 0.5F ? -1.0F : 1.0F,
              share = random.uniform(-0.2F, 0.15F) * side;
  const float nx = side * std::cos(angle), ny = side * std::sin(angle);
  const float x0 = extent.middle().x + share * extent.width();
  const float y0 = extent.middle().y + share * extent.height();
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      const float beyond =
          (static_cast<float>(x) - x0) * nx + (static_cast<float>(y) - y0) * ny + 0.5F;
      auto& pixel = canvas.rows[y][x];
      pixel = static_cast<std::uint8_t>(static_cast<float>(pixel) *
                                        (1 - std::clamp(beyond, 0.0F, 1.0F)));
    }
  }
}

/// A straight stroke that is more upright than level is a one to anybody: its ink lies along a
/// line, the longer axis of the ellipse that has the ink's moments.
bool looks_like_one(const Canvas& canvas) {
  const Extent extent = measure(canvas);
  float xx = 0, xy = 0, yy = 0;
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      const auto ink = static_cast<float>(canvas.rows[y][x]);
      const float dx = static_cast<float>(x) - extent.x, dy = static_cast<float>(y) - extent.y;
      xx += ink * dx * dx, xy += ink * dx * dy, yy += ink * dy * dy;
    }
  }
  constexpr float kThin = 0.2F;  // Of the shorter axis to the longer, squared.
  const float mean = (xx + yy) / 2, half = std::hypot((xx - yy) / 2, xy);
  return yy > 0.6F * xx && mean - half < kThin * (mean + half);
}

/// Both beside each other, about as tall, or one above the other.
void pair(Canvas& canvas, const Canvas& other, Random& random) {
  const Extent a = measure(canvas), b = measure(other);
  const bool stacked = random.uniform() < 0.15F;
  const float ratio = random.uniform(0.8F, 1.25F), gap = random.uniform(-0.1F, 0.3F);
  const float squeeze = random.uniform(0.7F, 1.0F);
  const bool swapped = random.uniform() < 0.5F;
  if (a.empty() || b.empty()) return;
  const float size_a = 1 / a.height(), size_b = ratio / b.height();
  const float along_a = stacked ? 1 : a.width() * size_a * squeeze;
  const float along_b = stacked ? ratio : b.width() * size_b * squeeze;
  const float across =
      stacked ? std::max(a.width() * size_a, b.width() * size_b) * squeeze : std::max(1.0F, ratio);
  const float unit = kLongestSide / std::max(along_a + along_b + gap, across);
  const float half = (along_a + along_b + gap) / 2;
  const auto placed = [&](const Canvas& digit, const Extent& extent, float size, float at) {
    const Point middle = extent.middle();
    const float offset = at * unit;
    return resized(digit, middle, stacked ? from_middle(0, offset) : from_middle(offset, 0),
                   size * unit * squeeze, size * unit);
  };
  const float first = swapped ? half - along_a / 2 : along_a / 2 - half;
  const float second = swapped ? along_b / 2 - half : half - along_b / 2;
  const Canvas left = placed(canvas, a, size_a, first), right = placed(other, b, size_b, second);
  for (int y = 0; y < kStride; ++y) {
    for (int x = 0; x < kStride; ++x) {
      canvas.rows[y][x] = std::max(left.rows[y][x], right.rows[y][x]);
    }
  }
}

/// What is left of rulings and frames, but not the upper right corner: that is a seven.
void draw_lines(Canvas& canvas, Random& random) {
  constexpr float kHalf = kLongestSide / 2;
  const float radius = random.uniform(0.6F, 2.5F), share = random.uniform(0.3F, 1.0F);
  const float a = random.uniform(-kHalf, kHalf), b = random.uniform(-kHalf, kHalf);
  const auto line = [&](float x0, float y0, float x1, float y1) {
    draw_line(canvas, from_middle(x0, y0), from_middle(x1, y1), radius);
  };
  const auto level = [&](float y) { line(-kHalf, y, kHalf, y); };
  const auto upright = [&](float x, float height) {
    line(x, -kHalf, x, -kHalf + kLongestSide * height);
  };
  switch (random.below(8)) {
    case 0:
      level(0);
      break;
    case 1:
      level(-kHalf), level(a);
      break;
    case 2:
      level(a), upright(b, 1);
      break;
    case 3:
      upright(-kHalf, 1), level(random.uniform() < 0.5F ? -kHalf : kHalf);
      break;
    case 4:
      level(kHalf), upright(kHalf, 1);
      break;
    case 5:
      level(-kHalf), level(kHalf), upright(-kHalf, 1);
      if (random.uniform() < 0.5F) upright(kHalf, 1);
      break;
    case 6:
      upright(-kHalf * share, 1), upright(kHalf * share, 1), level(a);
      break;
    default:
      level(-kHalf * share), level(kHalf * share), upright(-kHalf * share, 1);
      upright(kHalf * share, 1);
  }
}

/// One line that wanders, in corners or in small steps.
void draw_scribble(Canvas& canvas, Random& random) {
  const float radius = random.uniform(0.6F, 1.8F), bend = random.uniform(0.5F, 3.0F);
  const std::uint64_t pieces = 6 + random.below(25);
  const float step = random.uniform(3, 16);
  Point at = from_middle(random.uniform(-8, 8), random.uniform(-8, 8));
  float angle = random.uniform(0, kFullTurn);
  for (std::uint64_t i = 0; i < pieces; ++i) {
    angle += random.uniform(-bend, bend);
    const Point next{
        std::clamp(at.x + step * std::cos(angle), kCanvasMiddle - 11, kCanvasMiddle + 11),
        std::clamp(at.y + step * std::sin(angle), kCanvasMiddle - 11, kCanvasMiddle + 11)};
    draw_line(canvas, at, next, radius);
    at = next;
  }
}

/// A blot, or some specks: short strokes of any width.
void draw_blots(Canvas& canvas, Random& random) {
  const bool one = random.uniform() < 0.3F;
  const std::uint64_t count = one ? 1 : 2 + random.below(10);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Point from = from_middle(random.uniform(-9, 9), random.uniform(-9, 9));
    const Point to{from.x + random.uniform(-3, 3), from.y + random.uniform(-3, 3)};
    draw_line(canvas, from, to, one ? random.uniform(3, 8) : random.uniform(0.5F, 2.5F));
  }
}

/// Grey on one side of a soft edge, with a second edge or without one.
void draw_shadow(Canvas& canvas, Random& random) {
  const float angle = random.uniform(0, kFullTurn), at = random.uniform(-8, 6);
  const float width = random.uniform(4, 24), softness = random.uniform(0.5F, 8);
  const float level = random.uniform(120, 255), nx = std::cos(angle), ny = std::sin(angle);
  constexpr float kHalf = kLongestSide / 2;
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      const float dx = static_cast<float>(x) - kCanvasMiddle;
      const float dy = static_cast<float>(y) - kCanvasMiddle;
      if (std::abs(dx) > kHalf || std::abs(dy) > kHalf) continue;
      const float along = dx * nx + dy * ny - at;
      const float inside = std::clamp(along / softness + 0.5F, 0.0F, 1.0F) *
                           std::clamp((width - along) / softness + 0.5F, 0.0F, 1.0F);
      canvas.rows[y][x] = static_cast<std::uint8_t>(inside * level);
    }
  }
}

void leave_blank(Canvas&, Random&) {}

}  // namespace

void write_nondigit(Canvas& canvas, const Canvas& other, Random& random) {
  const float kind = random.uniform();
  if (kind < 0.3F) {
    cut(canvas, random);
  } else if (kind < 0.6F) {
    pair(canvas, other, random);
  } else {
    canvas = {};
    const auto draw = kind < 0.75F   ? draw_lines
                      : kind < 0.85F ? draw_scribble
                      : kind < 0.92F ? draw_blots
                      : kind < 0.98F ? draw_shadow
                                     : leave_blank;
    draw(canvas, random);
  }
  if (looks_like_one(canvas)) draw_scribble(canvas = {}, random);
  fit(canvas);
}

}  // namespace mlpctl::train
