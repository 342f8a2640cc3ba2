#pragma once

#include "train/augment/pen.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// The middle of a canvas's picture, both ways, and the longest side of MNIST's digits.
inline constexpr float kCanvasMiddle = (model::kImageSide + 1) / 2.0F, kLongestSide = 20;

/// So many pixels right of the middle and below it.
constexpr Point from_middle(float x, float y) {
  return {kCanvasMiddle + x, kCanvasMiddle + y};
}

/// The canvas with `from` moved to `to` and all else sized about it.
Canvas resized(const Canvas& canvas, Point from, Point to, float width, float height);

/// Makes the ink's longest side as long as MNIST's and puts its middle in the canvas's.
void fit(Canvas& canvas);

}  // namespace mlpctl::train
