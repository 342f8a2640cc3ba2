#include "image/prepare/normalise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "image/prepare/stroke.hpp"

namespace mlpctl::image {
namespace {

/// MNIST's digits fit a square of this side.
constexpr float kFit = 20;
/// Pixels of the working canvas for one of the result, a way.
constexpr int kFine = 6;
constexpr int kCanvas = kDigitSide * kFine;
/// The stroke width in MNIST, measured with stroke_width(): mean and what is left alone.
constexpr float kThinnest = 2.0F, kThickest = 3.2F;
/// Canvas pixels by which no stroke's edge is moved outward, so wide is the thinnest.
constexpr int kReach = static_cast<int>(kThinnest * kFine / 2) + 1;
/// Strokes of fewer canvas pixels fall apart into dots when the ink is averaged onto the canvas.
constexpr float kHairline = 2.5F;

struct Extent {
  float left, top, right, bottom;
  float longest(float aspect) const { return std::max((right - left) * aspect, bottom - top); }
};

/// Where the ink reaches half of its strength.
Extent extent(const Plane& ink) {
  Extent e{1e9F, 1e9F, -1e9F, -1e9F};
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (ink.at(x, y) < 0.5F) continue;
      e = {std::min(e.left, static_cast<float>(x)), std::min(e.top, static_cast<float>(y)),
           std::max(e.right, static_cast<float>(x + 1)),
           std::max(e.bottom, static_cast<float>(y + 1))};
    }
  }
  return e;
}

/// The part of the canvas in which ink may be, and as much around it as edges are moved; all else
/// is empty.
struct Canvas {
  int left = 0, top = 0;
  Plane plane{};
};

/// Places along one side of the ink's plane, one for each of the canvas's pixels from `first` on.
struct CanvasSide {
  int first = 0;
  std::vector<float> all{};
  std::size_t begin = 0, end = 0;  ///< of those that are not beyond the ink's plane
};

/// Beyond the ink's plane is no ink, whatever its edge shows.
bool is_beyond(float place, int size) {
  return place < -1 || place > static_cast<float>(size);
}

CanvasSide places_near(int size, float middle, float each) {
  constexpr float kHalf = kCanvas / 2.0F;
  constexpr int kMargin = kReach + 1;
  const auto place = [&](int i) {
    return middle + (static_cast<float>(i) + 0.5F - kHalf) * each - 0.5F;
  };
  int begin = 0, end = kCanvas;
  while (begin < end && is_beyond(place(begin), size)) ++begin;
  while (end > begin && is_beyond(place(end - 1), size)) --end;
  CanvasSide places{.first = std::max(0, begin - kMargin)};
  const int last = std::min(kCanvas, end + kMargin);
  for (int i = places.first; i < last; ++i) places.all.push_back(place(i));
  places.begin = static_cast<std::size_t>(begin - places.first);
  places.end = static_cast<std::size_t>(end - places.first);
  return places;
}

/// The ink drawn on the canvas, `scale` canvas pixels down for one of its own and `aspect` times as
/// many across, its box in the middle.
Canvas on_canvas(const Plane& ink, const Extent& box, float scale, float aspect) {
  // Averaging before shrinking keeps thin strokes: a blur of half the step.
  const float step = 1 / scale;
  const Plane smooth = step > 1 ? blur(ink, 0.5F * step) : ink;
  const CanvasSide xs = places_near(ink.width, (box.left + box.right) / 2, step / aspect);
  const CanvasSide ys = places_near(ink.height, (box.top + box.bottom) / 2, step);
  Canvas canvas{xs.first, ys.first, sampled(smooth, xs.all, ys.all)};
  for (std::size_t y = 0; y < ys.all.size(); ++y) {
    const std::span row = std::span(canvas.plane.values).subspan(y * xs.all.size(), xs.all.size());
    const bool beyond = y < ys.begin || y >= ys.end;
    std::ranges::fill(row.first(beyond ? row.size() : xs.begin), 0.0F);
    std::ranges::fill(row.subspan(xs.end), 0.0F);
  }
  return canvas;
}

/// The shape with every edge moved by `grow` pixels, outward or, when that is negative, inward.
/// What would vanish stays as a thin line.
void redraw(Plane& plane, float grow) {
  // The edge runs half a pixel from the centres on both sides, of which only one is drawn anew.
  const bool outward = grow >= 0;
  const int reach = static_cast<int>(std::ceil(grow)) + 1;
  const Plane distance =
      outward ? distance_to_ink(plane, 0.5F, reach) : distance_to_paper(plane, 0.5F);
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    const float away = distance.values[i];
    const float inside = outward ? 0.5F - away : away - 0.5F;
    plane.values[i] = std::clamp(inside + grow + 0.5F, 0.0F, 1.0F);
  }
}

/// The ink with its strokes drawn as wide as this many of its pixels.
Plane thickened(const Plane& ink, float width) {
  const int margin = static_cast<int>(width) + 1;
  Plane wider(ink.width + 2 * margin, ink.height + 2 * margin);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) wider.at(x + margin, y + margin) = ink.at(x, y);
  }
  const float now = stroke_width(distance_to_paper(wider, 0.5F));
  redraw(wider, std::max(0.0F, width - now) / 2);
  return wider;
}

/// Averages the canvas into 28x28, moved by whole canvas pixels so that the centre of mass is in
/// the middle.
Digit centred(const Canvas& canvas) {
  const auto& [left, top, plane] = canvas;
  double mass = 0, sum_x = 0, sum_y = 0;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const auto value = static_cast<double>(plane.at(x, y));
      if (value == 0) continue;
      mass += value;
      sum_x += value * (x + left);
      sum_y += value * (y + top);
    }
  }
  const int dx = left - static_cast<int>(std::lround(sum_x / mass - kCanvas / 2.0));
  const int dy = top - static_cast<int>(std::lround(sum_y / mass - kCanvas / 2.0));
  std::array<float, std::size_t{kDigitSide} * kDigitSide> sums{};
  for (int y = std::max(0, -dy); y < std::min(plane.height, kCanvas - dy); ++y) {
    float* const row = sums.data() + static_cast<std::ptrdiff_t>((y + dy) / kFine) * kDigitSide;
    for (int x = std::max(0, -dx); x < std::min(plane.width, kCanvas - dx); ++x) {
      row[(x + dx) / kFine] += plane.at(x, y);
    }
  }
  Digit digit;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float level = 255 * sums[i] / static_cast<float>(kFine * kFine);
    digit.pixels[i] = static_cast<std::uint8_t>(std::clamp(level + 0.5F, 0.0F, 255.0F));
  }
  return digit;
}

/// Canvas pixels for one of the ink, so that its box fits.
float fitting_scale(const Extent& box, float aspect) {
  return kFit * kFine / box.longest(aspect);
}

/// normalise() of ink that is no hairline, which lies in this box.
Digit fitted(const Plane& ink, const Extent& box, float aspect) {
  const float first = fitting_scale(box, aspect);
  Canvas canvas = on_canvas(ink, box, first, aspect);
  const float width = stroke_width(distance_to_paper(canvas.plane, 0.5F)) / kFine;
  const float wanted = std::clamp(width, kThinnest, kThickest);
  // The strokes' middle lines span 20 minus one stroke, whatever the stroke.
  const float shrink = (kFit - wanted) / std::max(1.0F, kFit - width);
  if (std::abs(shrink - 1) > 0.01F) canvas = on_canvas(ink, box, first * shrink, aspect);
  const float grow = (wanted - width * shrink) * kFine / 2;
  if (std::abs(grow) > 0.25F) redraw(canvas.plane, grow);
  return centred(canvas);
}

}  // namespace

Digit normalise(const Plane& ink, float aspect) {
  const Extent box = extent(ink);
  const float scale = fitting_scale(box, aspect);
  const float width = stroke_width_at_most(above(ink, 0.5F));
  if (width > 0 && width * scale < kHairline) {
    const Plane wider = thickened(ink, kHairline / scale);
    return fitted(wider, extent(wider), aspect);
  }
  return fitted(ink, box, aspect);
}

}  // namespace mlpctl::image
