#include "image/prepare/stroke.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace mlpctl::image {
namespace {

/// A squared distance: of short numbers many are worked on at once.
using Square = std::int16_t;
/// The longest distance that is told, and what all that are longer are taken for. The sum of both
/// squares is a Square.
constexpr int kLongest = 127;
constexpr Square kFar = (kLongest + 1) * (kLongest + 1);

/// Of each pixel the squared distance to the nearest in its column that has this value.
Grid<Square> squares_in_columns(const Mask& mask, std::uint8_t to) {
  const auto width = static_cast<std::size_t>(mask.width);
  Grid<Square> steps(mask.width, mask.height);
  std::vector<Square> last(width, kLongest + 1);
  const auto go_on = [&](int y) {
    Square* const row = steps.values.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      const auto next = static_cast<Square>(last[x] + 1);
      row[x] = last[x] = std::min(row[x], next);
    }
  };
  std::ranges::transform(mask.values, steps.values.begin(), [to](std::uint8_t value) {
    return value == to ? Square{0} : Square{kLongest + 1};
  });
  for (int y = 0; y < mask.height; ++y) go_on(y);
  std::ranges::fill(last, Square{kLongest + 1});
  for (int y = mask.height - 1; y >= 0; --y) go_on(y);
  for (Square& value : steps.values) value = static_cast<Square>(value * value);
  return steps;
}

/// Eight neighbours in a row, which processors compare at once. By name: an instrumented build sees
/// no such thing in a loop, and took seven times as long.
using Eight [[gnu::vector_size(16)]] = Square;
/// So many are worked on together.
constexpr std::size_t kNeighbours = 32;
using Neighbours = std::array<Eight, kNeighbours / 8>;

Eight eight_from(const Square* values) {
  Eight eight;
  std::memcpy(&eight, values, sizeof eight);
  return eight;
}

Eight lesser(Eight a, Eight b) {
  return a < b ? a : b;
}

bool any_beyond(Square squared, const Neighbours& neighbours) {
  Eight beyond{};
  for (const Eight each : neighbours) beyond |= each > squared;
  return std::bit_cast<std::array<std::uint64_t, 2>>(beyond) != std::array<std::uint64_t, 2>{};
}

/// The least of the squared distances in their columns and in those on both sides, up to `reach`
/// away: no farther than what is already found.
void find_nearest(Neighbours& nearest, const Square* columns, int reach) {
  for (int away = 1; away <= reach; ++away) {
    const auto squared = static_cast<Square>(away * away);
    if (!any_beyond(squared, nearest)) break;
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      const Square* const here = columns + 8 * i;
      nearest[i] =
          lesser(nearest[i], lesser(eight_from(here - away), eight_from(here + away)) + squared);
    }
  }
}

/// The distance of every pixel to the nearest that has this value, as far as `reach`; what is
/// farther is told as some distance that is no nearer than it.
Plane distance(const Mask& mask, std::uint8_t to, int reach) {
  reach = std::min({reach, mask.width, kLongest});
  const Grid<Square> squares = squares_in_columns(mask, to);
  const auto width = static_cast<std::size_t>(mask.width), margin = static_cast<std::size_t>(reach);
  std::vector<Square> columns(width + kNeighbours + 2 * margin, kFar);
  Plane distances(mask.width, mask.height);
  for (int y = 0; y < mask.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * width;
    std::copy_n(squares.values.begin() + static_cast<std::ptrdiff_t>(row), width,
                columns.begin() + reach);
    for (std::size_t x = 0; x < width; x += kNeighbours) {
      const std::size_t count = std::min(kNeighbours, width - x);
      Neighbours nearest{};
      std::memcpy(nearest.data(), &squares.values[row + x], count * sizeof(Square));
      find_nearest(nearest, columns.data() + margin + x, reach);
      const auto found = std::bit_cast<std::array<Square, kNeighbours>>(nearest);
      std::copy_n(found.begin(), count, &distances.values[row + x]);
    }
  }
  for (float& value : distances.values) value = value > 0 ? std::sqrt(value) : 0;
  return distances;
}

}  // namespace

Plane distance_to_paper(const Plane& plane, float level) {
  return distance(above(plane, level), 0, plane.width);
}

Plane distance_to_ink(const Plane& plane, float level, int reach) {
  return distance(above(plane, level), 1, reach);
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
