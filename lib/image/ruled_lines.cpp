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

/// Lines and writing cover less of a page; more is a table or a shadow, and slow to look through.
constexpr double kMostInk = 0.25;

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

/// A line of some slope through a pixel, looked at in kLooks places from edge to edge.
class Line {
 public:
  Line(const Plane& ink, int x, int y, float tilt)
      : ink_(ink), x_(static_cast<float>(x)), y_(static_cast<float>(y)), tilt_(tilt) {}

  float look(int i) const {
    const float u = (static_cast<float>(i) + 0.5F) * static_cast<float>(ink_.width) / kLooks;
    const int column = static_cast<int>(u);
    const int row = static_cast<int>(std::lround(y_ + tilt_ * (u - x_)));
    float value = 0;
    for (int r = std::max(0, row - 1); r <= std::min(ink_.height - 1, row + 1); ++r) {
      value = std::max(value, ink_.at(column, r));
    }
    return value;
  }

 private:
  const Plane& ink_;
  float x_, y_, tilt_;
};

/// The ink that the line has nearly everywhere; 0 when that is less than level.
float line_ink(const Line& line, float level) {
  // A digit's own straight stroke does not reach both edges, which settles most pixels at once.
  const float ends = std::min(std::max(line.look(0), line.look(1)),
                              std::max(line.look(kLooks - 2), line.look(kLooks - 1)));
  if (ends <= level) return 0;
  std::array<float, kLooks> seen{};
  for (int i = 0; i < kLooks; ++i) seen[static_cast<std::size_t>(i)] = line.look(i);
  std::nth_element(seen.begin(), seen.begin() + kMissing, seen.end());
  return std::min(ends, seen[kMissing]);
}

void remove_level_lines(Plane& ink, float level) {
  const auto inked = std::count_if(ink.values.begin(), ink.values.end(),
                                   [level](float value) { return value > level; });
  if (static_cast<double>(inked) > kMostInk * static_cast<double>(ink.values.size())) return;
  const std::optional<float> best = best_slope(ink, level);
  if (!best) return;
  const Plane before = ink;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (before.at(x, y) <= level) continue;
      float line = 0;
      for (float off = -kPerspective; off <= kPerspective; off += slope_step(ink)) {
        line = std::max(line, line_ink(Line(before, x, y, *best + off), level));
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
