#include "image/prepare/thick_strokes.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace mlpctl::image {
namespace {

/// Distances are in thirds of a pixel: so much to a neighbour, and so much across a corner.
constexpr std::uint16_t kStraight = 3, kDiagonal = 4,
                        kFarAway = std::numeric_limits<std::uint16_t>::max() / 2;

using Distances = Grid<std::uint16_t>;

/// Lowers each distance to what leads there from a place with a lower one, in two passes (Borgefors
/// 1986). The outermost places stay as they are.
void spread(Distances& away) {
  const auto lower = [&](int x, int y, int u, int v, std::uint16_t step) {
    std::uint16_t& own = away.at(x, y);
    own = std::min<std::uint16_t>(own, away.at(u, v) + step);
  };
  for (int y = 1; y + 1 < away.height; ++y) {
    for (int x = 1; x + 1 < away.width; ++x) {
      if (away.at(x, y) == 0) continue;
      lower(x, y, x - 1, y - 1, kDiagonal), lower(x, y, x, y - 1, kStraight);
      lower(x, y, x + 1, y - 1, kDiagonal), lower(x, y, x - 1, y, kStraight);
    }
  }
  for (int y = away.height - 2; y > 0; --y) {
    for (int x = away.width - 2; x > 0; --x) {
      if (away.at(x, y) == 0) continue;
      lower(x, y, x + 1, y + 1, kDiagonal), lower(x, y, x, y + 1, kStraight);
      lower(x, y, x - 1, y + 1, kDiagonal), lower(x, y, x + 1, y, kStraight);
    }
  }
}

/// Half the width that parts thin strokes from thick ones; none where there are not both. A stroke
/// twice as wide as `half` has as many pixels at each depth up to that, and none below: so the
/// number at a depth is the length of all strokes that are at least so thick.
std::optional<std::uint16_t> parting_depth(const Distances& depths) {
  /// At least this share of all strokes' length is thin, and this much thick.
  constexpr float kLeastThin = 0.3F, kLeastThick = 0.12F;
  /// From the parting depth to half as much again no more than this share of the strokes end.
  constexpr float kEnding = 0.25F;
  std::vector<int> count;
  for (const std::uint16_t depth : depths.values) {
    if (depth == 0) continue;
    if (depth >= count.size()) count.resize(depth + std::size_t{1});
    ++count[depth];
  }
  // Means of a pixel's depths, since chamfer distances come in steps.
  const auto length = [&](std::size_t depth) {
    int sum = 0;
    for (std::size_t d = depth; d < depth + kStraight && d < count.size(); ++d) sum += count[d];
    return static_cast<float>(sum);
  };
  const float all = length(kStraight);
  std::optional<std::uint16_t> best;
  float most = 1 - kEnding;
  for (std::size_t depth = kStraight + 1; depth * 3 / 2 < count.size(); ++depth) {
    const float here = length(depth);
    if (here < kLeastThick * all) break;
    if (here > (1 - kLeastThin) * all) continue;
    const float going_on = std::min(1.0F, length(depth * 3 / 2) / here);
    if (going_on < most) continue;
    most = going_on;
    best = static_cast<std::uint16_t>(depth);
  }
  return best;
}

}  // namespace

std::optional<Plane> thick_strokes(const Plane& ink, const Box& box, float level) {
  /// As fine as this a digit's strokes have three widths of a line at least.
  constexpr int kMostSide = 320;
  const int factor = (std::max(box.width, box.height) + kMostSide - 1) / kMostSide;
  const int columns = (box.width + factor - 1) / factor, rows = (box.height + factor - 1) / factor;
  // With a frame of paper.
  Distances depths(columns + 2, rows + 2);
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      if (ink.at(box.x + x, box.y + y) > level)
        depths.at(x / factor + 1, y / factor + 1) = kFarAway;
    }
  }
  spread(depths);
  const std::optional<std::uint16_t> parting = parting_depth(depths);
  if (!parting) return std::nullopt;
  Distances& away = depths;
  for (std::uint16_t& each : away.values) each = each > *parting ? 0 : kFarAway;
  spread(away);
  /// With the soft edge of a stroke.
  const int reach = *parting + kStraight;
  Plane thick = ink;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      if (away.at(x / factor + 1, y / factor + 1) > reach) thick.at(box.x + x, box.y + y) = 0;
    }
  }
  return thick;
}

}  // namespace mlpctl::image
