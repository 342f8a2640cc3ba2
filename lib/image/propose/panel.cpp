#include "image/propose/panel.hpp"

#include <algorithm>
#include <array>

namespace mlpctl::image {
namespace {

/// Smaller areas are the strokes of digits; narrower ones, title bars and buttons.
constexpr int kLeastSide = 48, kMostElongated = 3;
/// A side covers so much of its row or column, and the ticks of an axis reach so far beyond it.
constexpr double kClosed = 0.9, kTicks = 0.1;
/// What is cut off along the sides: the frame, and the drawing's soft edge.
constexpr double kFrame = 0.03;

/// How far from one side of the box (0 left, 1 top, 2 right, 3 bottom) the piece has a straight
/// line along it.
std::optional<int> straight_side(const Grid<int>& labels, int label, const Box& box, int side) {
  const bool upright = side % 2 == 0;
  const int depth = upright ? box.width : box.height, length = upright ? box.height : box.width;
  for (int into = 0; into < std::max(2.0, kTicks * depth); ++into) {
    const int across = side < 2 ? into : depth - 1 - into;
    int count = 0;
    for (int along = 0; along < length; ++along) {
      const int x = box.x + (upright ? across : along), y = box.y + (upright ? along : across);
      count += labels.at(x, y) == label ? 1 : 0;
    }
    if (count >= kClosed * length) return into;
  }
  return std::nullopt;
}

/// The box within the piece's four straight sides. A nought, however square, has rounder ones.
std::optional<Box> straight_box(const Segmentation& segmented, std::size_t index) {
  const Box& box = segmented.found.pieces[index].box;
  const int longer = std::max(box.width, box.height), shorter = std::min(box.width, box.height);
  if (shorter < kLeastSide || longer > kMostElongated * shorter) return std::nullopt;
  std::array<int, 4> beyond{};
  for (int side = 0; side < 4; ++side) {
    const auto into = straight_side(segmented.found.labels, static_cast<int>(index) + 1, box, side);
    if (!into) return std::nullopt;
    beyond[static_cast<std::size_t>(side)] = *into;
  }
  return Box{box.x + beyond[0], box.y + beyond[1], box.width - beyond[0] - beyond[2],
             box.height - beyond[1] - beyond[3]};
}

}  // namespace

std::optional<Box> find_panel(const Segmentation& segmented) {
  Box largest;
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    const std::optional<Box> box = straight_box(segmented, i);
    if (box && box->width * box->height > largest.width * largest.height) largest = *box;
  }
  if (largest.width == 0) return std::nullopt;
  const int frame = std::max(3, static_cast<int>(kFrame * std::max(largest.width, largest.height)));
  return Box{largest.x + frame, largest.y + frame, largest.width - 2 * frame,
             largest.height - 2 * frame};
}

}  // namespace mlpctl::image
