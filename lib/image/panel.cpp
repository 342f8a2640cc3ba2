#include "image/panel.hpp"

#include <algorithm>

namespace mlpctl::image {
namespace {

/// Smaller areas are the strokes of digits; narrower ones, title bars and buttons.
constexpr int kLeastSide = 48, kMostElongated = 3;
/// The side of a frame, blurred where the picture was reduced, is no deeper than this.
constexpr int kSideDepth = 2;
constexpr double kClosed = 0.95;
/// What is cut off along the sides: the frame, and the drawing's soft edge.
constexpr double kFrame = 0.03;

/// Whether the piece covers the four sides of its box. A nought, however square, leaves the
/// corners.
bool is_closed(const Grid<int>& labels, int label, const Box& box) {
  const auto covered = [&](int along, bool across, bool far) {
    for (int depth = 0; depth < kSideDepth; ++depth) {
      const int into = far ? (across ? box.height : box.width) - 1 - depth : depth;
      const int x = box.x + (across ? along : into), y = box.y + (across ? into : along);
      if (labels.at(x, y) == label) return true;
    }
    return false;
  };
  for (const bool across : {true, false}) {
    for (const bool far : {false, true}) {
      const int length = across ? box.width : box.height;
      int count = 0;
      for (int along = 0; along < length; ++along) count += covered(along, across, far) ? 1 : 0;
      if (count < kClosed * length) return false;
    }
  }
  return true;
}

bool is_panel(const Search& search, std::size_t index) {
  const Box& box = search.found.pieces[index].box;
  const int longer = std::max(box.width, box.height), shorter = std::min(box.width, box.height);
  return shorter >= kLeastSide && longer <= kMostElongated * shorter &&
         is_closed(search.found.labels, static_cast<int>(index) + 1, box);
}

}  // namespace

std::optional<Box> find_panel(const Search& search) {
  Box largest;
  for (std::size_t i = 0; i < search.found.pieces.size(); ++i) {
    const Box& box = search.found.pieces[i].box;
    if (box.width * box.height > largest.width * largest.height && is_panel(search, i)) {
      largest = box;
    }
  }
  if (largest.width == 0) return std::nullopt;
  const int frame = std::max(3, static_cast<int>(kFrame * std::max(largest.width, largest.height)));
  return Box{largest.x + frame, largest.y + frame, largest.width - 2 * frame,
             largest.height - 2 * frame};
}

}  // namespace mlpctl::image
