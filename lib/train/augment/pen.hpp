#pragma once

#include <numbers>

#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// A place on a canvas, in its pixels, or in a drawing of its own.
struct Point {
  float x, y;
};

inline constexpr float kFullTurn = 2 * std::numbers::pi_v<float>;

/// A line with round ends and soft edges, brighter than what is there or not at all.
void draw_line(Canvas& canvas, Point from, Point to, float radius);

}  // namespace mlpctl::train
