#include "image/ruled_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace mlpctl::image {
namespace {

/// Pages are seldom photographed more askew, and perspective changes a line's slope by this much.
constexpr float kSteepest = 0.1F, kPerspective = 0.012F;
/// Between two slopes that are tried the ends of a line move by this many pixels.
constexpr float kEndStep = 1.3F;
/// Places along a line where it is looked for, and how many of them must show it.
constexpr int kLooks = 32;
constexpr std::size_t kMissing = 9;

float slope_step(const Plane& ink) {
  return 2 * kEndStep / static_cast<float>(ink.width);
}

Plane transposed(const Plane& plane) {
  Plane out(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) out.at(y, x) = plane.at(x, y);
  }
  return out;
}

/// The slope at which the ink gathers in the fewest rows; none when no row is full enough of ink to
/// hold a line.
std::optional<float> best_slope(const Plane& ink, float level) {
  std::vector<std::pair<float, float>> places;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (ink.at(x, y) > level) places.emplace_back(static_cast<float>(x), static_cast<float>(y));
    }
  }
  std::optional<float> best;
  double most = 0;
  const auto middle = static_cast<float>(ink.width) / 2;
  std::vector<int> rows(static_cast<std::size_t>(ink.height + ink.width));
  for (float slope = -kSteepest; slope <= kSteepest; slope += slope_step(ink)) {
    std::fill(rows.begin(), rows.end(), 0);
    for (const auto& [x, y] : places) {
      const float row = y - slope * (x - middle) + static_cast<float>(ink.width) / 2;
      ++rows[static_cast<std::size_t>(row)];
    }
    double energy = 0;
    int fullest = 0;
    for (const int count : rows) {
      energy += static_cast<double>(count) * count;
      fullest = std::max(fullest, count);
    }
    if (energy > most && fullest * 2 > ink.width) {
      most = energy;
      best = slope;
    }
  }
  return best;
}

/// The ink that a line of this slope through (x, y) has nearly everywhere between the edges.
float line_ink(const Plane& ink, int x, int y, float tilt) {
  std::array<float, kLooks> seen{};
  for (int i = 0; i < kLooks; ++i) {
    const float u = (static_cast<float>(i) + 0.5F) * static_cast<float>(ink.width) / kLooks;
    const float v = static_cast<float>(y) + tilt * (u - static_cast<float>(x));
    const int column = static_cast<int>(u), row = static_cast<int>(std::lround(v));
    float& value = seen[static_cast<std::size_t>(i)];
    for (int r = row - 1; r <= row + 1; ++r) {
      if (r >= 0 && r < ink.height) value = std::max(value, ink.at(column, r));
    }
  }
  // A digit's own straight stroke does not reach both edges.
  const float ends =
      std::min(std::max(seen[0], seen[1]), std::max(seen[kLooks - 1], seen[kLooks - 2]));
  std::nth_element(seen.begin(), seen.begin() + kMissing, seen.end());
  return std::min(ends, seen[kMissing]);
}

void remove_level_lines(Plane& ink, float level) {
  const std::optional<float> best = best_slope(ink, level);
  if (!best) return;
  const Plane before = ink;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (before.at(x, y) <= level) continue;
      float line = 0;
      for (float off = -kPerspective; off <= kPerspective; off += slope_step(ink)) {
        line = std::max(line, line_ink(before, x, y, *best + off));
      }
      if (line > level) ink.at(x, y) = std::max(0.0F, before.at(x, y) - 1.25F * line);
    }
  }
}

}  // namespace

void remove_ruled_lines(Plane& ink, float level) {
  remove_level_lines(ink, level);
  Plane turned = transposed(ink);
  remove_level_lines(turned, level);
  ink = transposed(turned);
}

}  // namespace mlpctl::image
