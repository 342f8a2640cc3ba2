#include "image/prepare/blurred_strokes.hpp"

#include <algorithm>
#include <cstddef>

namespace mlpctl::image {
namespace {

/// Pixels across which an edge climbs to the strength of a stroke, as a share of the stroke's
/// width, from which strokes are blurred.
constexpr float kSoft = 0.2F;
/// What departs from the mean nearby departs by so much more then; the mean is a Gaussian's of this
/// share of a stroke's width. Between 0.15 and 0.3, and between 2 and 6 times, as much is gained.
constexpr float kNearby = 0.2F, kMore = 3;

/// What the edges of all strokes tell.
struct Edges {
  float width = 0;  ///< of the strokes in pixels, or more
  float slope = 0;  ///< grey levels that the ink falls by in the pixel beside a stroke, on average
};

/// The pixels of these pieces.
Mask mask_of(const Components& found, const std::vector<bool>& chosen) {
  Mask mask(found.labels.width, found.labels.height);
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const int label = found.labels.values[i];
    mask.values[i] = label > 0 && chosen[static_cast<std::size_t>(label) - 1];
  }
  return mask;
}

Edges edges_of(const Plane& ink, const Mask& strokes) {
  int area = 0, along_rows = 0, along_columns = 0;
  float fall = 0;
  const auto count_edge = [&](int x, int y, int u, int v, int& count) {
    if (!ink.inside(u, v) || strokes.at(u, v) != 0) return;
    ++count;
    fall += ink.at(x, y) - ink.at(u, v);
  };
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (strokes.at(x, y) == 0) continue;
      ++area;
      count_edge(x, y, x - 1, y, along_rows);
      count_edge(x, y, x + 1, y, along_rows);
      count_edge(x, y, x, y - 1, along_columns);
      count_edge(x, y, x, y + 1, along_columns);
    }
  }
  const int all = along_rows + along_columns;
  if (all == 0) return {};
  const int more = std::max(along_rows, along_columns);
  return {2 * static_cast<float>(area) / static_cast<float>(more), fall / static_cast<float>(all)};
}

}  // namespace

std::optional<Plane> without_blur(const Plane& ink, const Components& found,
                                  const std::vector<bool>& chosen, float strength) {
  const Mask strokes = mask_of(found, chosen);
  const Edges edges = edges_of(ink, strokes);
  if (edges.slope <= 0 || strength < kSoft * edges.width * edges.slope) return std::nullopt;
  const Plane mean = blur(ink, kNearby * edges.width);
  Plane sharp = ink;
  for (std::size_t i = 0; i < sharp.values.size(); ++i) {
    const float departs = ink.values[i] - mean.values[i];
    const bool paper = found.labels.values[i] == 0;
    if (strokes.values[i] != 0 || (paper && departs < 0)) sharp.values[i] += kMore * departs;
  }
  return sharp;
}

}  // namespace mlpctl::image
