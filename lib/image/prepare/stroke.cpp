#include "image/prepare/stroke.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlpctl::image {
namespace {

/// A squared distance: of short numbers many are worked on at once.
using Square = std::int16_t;
/// The longest distance that is told, and what all that are longer are taken for. The sum of both
/// squares is a Square.
constexpr int kLongest = 127;
constexpr Square kFar = (kLongest + 1) * (kLongest + 1);

/// Where the nearest pixel of `to` lies in each pixel's column.
Grid<Square> squares_in_columns(const Mask& to) {
  const auto width = static_cast<std::size_t>(to.width);
  Grid<Square> steps(to.width, to.height);
  std::vector<Square> last(width, kLongest + 1);
  const auto go_on = [&](int y) {
    Square* const row = steps.values.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      const auto next = static_cast<Square>(last[x] + 1);
      row[x] = last[x] = std::min(row[x], next);
    }
  };
  for (std::size_t i = 0; i < to.values.size(); ++i) {
    steps.values[i] = to.values[i] != 0 ? 0 : kLongest + 1;
  }
  for (int y = 0; y < to.height; ++y) go_on(y);
  std::ranges::fill(last, Square{kLongest + 1});
  for (int y = to.height - 1; y >= 0; --y) go_on(y);
  for (Square& value : steps.values) value = static_cast<Square>(value * value);
  return steps;
}

/// Neighbours in a row that are worked on at once.
constexpr std::size_t kTogether = 32;
using Neighbours = std::array<Square, kTogether>;

/// The least of the squared distances in their columns and in those on both sides, up to `reach`
/// away: no farther than what is already found.
void find_nearest(Neighbours& nearest, const Square* columns, int reach) {
  for (int away = 1; away <= reach; ++away) {
    const auto squared = static_cast<Square>(away * away);
    Square farthest = 0;
    for (const Square each : nearest) farthest = std::max(farthest, each);
    if (squared >= farthest) break;
    const Square *const before = columns - away, *const behind = columns + away;
    for (std::size_t x = 0; x < kTogether; ++x) {
      const auto aside = static_cast<Square>(std::min(before[x], behind[x]) + squared);
      nearest[x] = std::min(nearest[x], aside);
    }
  }
}

/// The distance of every pixel to the nearest pixel of `to`, as far as `reach`; what is farther is
/// told as some distance that is no nearer than it.
Plane distance(const Mask& to, int reach) {
  reach = std::min({reach, to.width, kLongest});
  const Grid<Square> squares = squares_in_columns(to);
  const auto width = static_cast<std::size_t>(to.width), margin = static_cast<std::size_t>(reach);
  std::vector<Square> columns(width + kTogether + 2 * margin, kFar);
  Plane distances(to.width, to.height);
  for (int y = 0; y < to.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * width;
    std::copy_n(squares.values.begin() + static_cast<std::ptrdiff_t>(row), width,
                columns.begin() + reach);
    for (std::size_t x = 0; x < width; x += kTogether) {
      const std::size_t count = std::min(kTogether, width - x);
      Neighbours nearest{};
      std::copy_n(&squares.values[row + x], count, nearest.begin());
      find_nearest(nearest, columns.data() + margin + x, reach);
      for (std::size_t i = 0; i < count; ++i) distances.values[row + x + i] = nearest[i];
    }
  }
  for (float& value : distances.values) value = value > 0 ? std::sqrt(value) : 0;
  return distances;
}

}  // namespace

Plane distance_to_paper(const Plane& plane, float level) {
  Mask paper(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) paper.values[i] = plane.values[i] <= level;
  return distance(paper, plane.width);
}

Plane distance_to_ink(const Plane& plane, float level, int reach) {
  Mask ink(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) ink.values[i] = plane.values[i] > level;
  return distance(ink, reach);
}

float stroke_width(const Plane& to_paper) {
  // The edge runs half a pixel from the centres on both sides.
  float sum = 0;
  int count = 0;
  for (const float value : to_paper.values) {
    if (value <= 0) continue;
    sum += value - 0.5F;
    ++count;
  }
  return count > 0 ? 4 * sum / static_cast<float>(count) : 0;
}

float stroke_width_at_most(const Mask& mask) {
  int area = 0, along_rows = 0, along_columns = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) == 0) continue;
      ++area;
      along_rows += (x == 0 || mask.at(x - 1, y) == 0) ? 1 : 0;
      along_columns += (y == 0 || mask.at(x, y - 1) == 0) ? 1 : 0;
    }
  }
  if (area == 0) return 0;
  return static_cast<float>(area) / static_cast<float>(std::max(along_rows, along_columns));
}

}  // namespace mlpctl::image
