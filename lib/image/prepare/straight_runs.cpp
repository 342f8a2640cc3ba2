#include "image/prepare/straight_runs.hpp"

#include <algorithm>

namespace mlpctl::image {
namespace {

/// Thicker runs are strokes, or what lies behind the paper: a share of the plane's shorter side.
constexpr float kThickestShare = 0.12F;

Mask turned(const Mask& mask) {
  Mask out(mask.height, mask.width);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) out.at(y, x) = mask.at(x, y);
  }
  return out;
}

/// The pixels that lie in level runs of at least so many that begin or end near the edge: the bars
/// of digits do not.
Mask level_runs(const Mask& mask, int least) {
  const int edge = std::max(2, mask.width / 16);
  Mask out(mask.width, mask.height);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width;) {
      int end = x;
      while (end < mask.width && mask.at(end, y) != 0) ++end;
      const bool from_edge = x <= edge || end >= mask.width - edge;
      if (end - x >= least && from_edge)
        std::fill(&out.at(x, y), &out.at(x, y) + (end - x), std::uint8_t{1});
      x = end + 1;
    }
  }
  return out;
}

/// Clears the runs in the mask, but for thick ones and where ink goes on at both of their sides, or
/// on one where the run lies along the plane's edge.
void clear_runs(Mask& mask, const Mask& runs, int thickest) {
  const auto inked = [&](int x, int y) {
    for (int u = std::max(0, x - 1); u <= std::min(mask.width - 1, x + 1); ++u) {
      if (mask.inside(u, y) && mask.at(u, y) != 0 && runs.at(u, y) == 0) return true;
    }
    return false;
  };
  const Mask before = mask;
  for (int x = 0; x < mask.width; ++x) {
    for (int y = 0; y < mask.height;) {
      int end = y;
      while (end < mask.height && runs.at(x, end) != 0) ++end;
      const bool crossed = end > y && inked(x, y - 1) && inked(x, end);
      if (end > y && end - y <= thickest && !crossed) {
        for (int v = y; v < end; ++v) mask.at(x, v) = 2;
      }
      y = end + 1;
    }
  }
  for (std::uint8_t& value : mask.values) value = value == 1 ? 1 : 0;
}

}  // namespace

bool remove_straight_runs(Plane& ink, float level, float span) {
  Mask mask = above(ink, level);
  const Mask before = mask;
  const int thickest = std::max(
      2, static_cast<int>(kThickestShare * static_cast<float>(std::min(ink.width, ink.height))));
  const auto length = [&](int side) {
    return std::max(6, static_cast<int>(span * static_cast<float>(side)));
  };
  clear_runs(mask, level_runs(before, length(ink.width)), thickest);
  Mask columns = turned(mask);
  clear_runs(columns, level_runs(turned(before), length(ink.height)), thickest);
  mask = turned(columns);
  bool any = false;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (before.at(x, y) == 0 || mask.at(x, y) != 0) continue;
      any = true;
      // With its soft edge.
      for (int v = std::max(0, y - 1); v <= std::min(ink.height - 1, y + 1); ++v) {
        for (int u = std::max(0, x - 1); u <= std::min(ink.width - 1, x + 1); ++u) {
          if (mask.at(u, v) == 0) ink.at(u, v) = 0;
        }
      }
    }
  }
  return any;
}

}  // namespace mlpctl::image
