#include "image/prepare/blurred_strokes.hpp"

#include <algorithm>
#include <cstddef>

#include "image/prepare/stroke.hpp"

namespace mlpctl::image {
namespace {

/// The box and what a Gaussian of it sees, within the plane.
Box widened(const Box& box, const Plane& plane) {
  constexpr int kMargin = 12;
  const int left = std::max(0, box.x - kMargin), top = std::max(0, box.y - kMargin);
  return {left, top, std::min(plane.width, box.x + box.width + kMargin) - left,
          std::min(plane.height, box.y + box.height + kMargin) - top};
}

/// The pixels that are of a chosen piece.
Mask strokes_of(const Grid<int>& labels, const std::vector<bool>& chosen) {
  Mask strokes(labels.width, labels.height);
  for (std::size_t i = 0; i < strokes.values.size(); ++i) {
    const int label = labels.values[i];
    strokes.values[i] = label > 0 && chosen[static_cast<std::size_t>(label) - 1];
  }
  return strokes;
}

/// Grey levels that the ink falls by in the pixel beside a stroke, on average; 0 without strokes.
float slope_of_edges(const Plane& ink, const Mask& strokes) {
  int count = 0;
  float fall = 0;
  const auto add_edge = [&](int x, int y, int u, int v) {
    if (!ink.inside(u, v) || strokes.at(u, v) != 0) return;
    ++count;
    fall += ink.at(x, y) - ink.at(u, v);
  };
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (strokes.at(x, y) == 0) continue;
      add_edge(x, y, x - 1, y);
      add_edge(x, y, x + 1, y);
      add_edge(x, y, x, y - 1);
      add_edge(x, y, x, y + 1);
    }
  }
  return count > 0 ? fall / static_cast<float>(count) : 0;
}

}  // namespace

std::optional<Plane> without_blur(const Plane& ink, const Components& found,
                                  const std::vector<bool>& chosen, float strength,
                                  const Sharpening& sharpening) {
  const Box box = widened(box_of(found, chosen), ink);
  const Plane part = cropped(ink, box);
  const Grid<int> labels = cropped(found.labels, box);
  const Mask strokes = strokes_of(labels, chosen);
  const float slope = slope_of_edges(part, strokes), width = stroke_width_at_most(strokes);
  if (slope <= 0 || strength < sharpening.soft * width * slope) return std::nullopt;
  const Plane mean = blur(part, sharpening.nearby * width);
  Plane sharp = ink;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const float departs = part.at(x, y) - mean.at(x, y);
      const bool paper = labels.at(x, y) == 0;
      if (strokes.at(x, y) == 0 && !(paper && departs < 0)) continue;
      sharp.at(box.x + x, box.y + y) += sharpening.more * departs;
    }
  }
  return sharp;
}

}  // namespace mlpctl::image
