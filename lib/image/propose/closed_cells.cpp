#include "image/propose/closed_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "image/prepare/morphology.hpp"

namespace mlpctl::image {
namespace {

/// Smaller ones are loops of letters and digits; more are a page.
constexpr int kLeastCellSide = 16;
constexpr std::size_t kMostCells = 8, kMostPieces = 40;
/// The paper between four corners is so much of the cell; of a loop it is less.
constexpr double kFourCorners = 0.88;
/// What is drawn has so much of the cell's height, and of its area.
constexpr float kLeastTall = 0.25F, kLeastInkOfCell = 0.01F;

/// Where there is no ink, not even a pixel away: a line's gaps are closed.
Mask bare_paper(const Components& found) {
  Plane ink(found.labels.width, found.labels.height);
  std::ranges::transform(found.labels.values, ink.values.begin(),
                         [](int label) { return label > 0 ? 1.0F : 0.0F; });
  Mask bare = above(dilated(ink, 1), 0);
  for (std::uint8_t& value : bare.values) value = 1 - value;
  return bare;
}

/// Moves each place of a piece's outline out to the line between two others, so that what reaches
/// in from the frame is no part of the outline; sign: 1 for what begins a row, -1 for what ends it.
std::vector<int> straightened(const std::vector<int>& outline, int sign) {
  std::vector<int> corners;
  const auto at = [&](int row) { return sign * outline[static_cast<std::size_t>(row)]; };
  for (int row = 0; row < static_cast<int>(outline.size()); ++row) {
    while (corners.size() > 1) {
      const int b = corners.back(), a = corners[corners.size() - 2];
      if ((at(b) - at(a)) * (row - a) < (at(row) - at(a)) * (b - a)) break;
      corners.pop_back();
    }
    corners.push_back(row);
  }
  std::vector<int> out(outline.size());
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    const int a = corners[i], b = corners[i + 1];
    for (int row = a; row <= b; ++row) {
      const double between = at(a) + double{1} * (at(b) - at(a)) * (row - a) / (b - a);
      out[static_cast<std::size_t>(row)] = sign * static_cast<int>(std::ceil(between));
    }
  }
  return out;
}

double area_of(const ClosedCell& cell) {
  double area = 0;
  for (std::size_t row = 0; row < cell.left.size(); ++row) {
    area += cell.right[row] - cell.left[row] + 1;
  }
  return area;
}

/// The area between the places of the cell that lie farthest out towards its box's corners.
double area_of_corners(const ClosedCell& cell) {
  struct CornerPlace {
    double x = 0, y = 0;
  };
  std::array<CornerPlace, 4> farthest{};
  std::array<double, 4> far;
  far.fill(-1e9);
  constexpr std::array<std::array<int, 2>, 4> kTowards{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}};
  for (std::size_t row = 0; row < cell.left.size(); ++row) {
    const auto y = static_cast<double>(row);
    for (std::size_t i = 0; i < kTowards.size(); ++i) {
      const auto [towards_x, towards_y] = kTowards[i];
      const double x = towards_x < 0 ? cell.left[row] : cell.right[row] + 1;
      const double down = towards_y < 0 ? y : y + 1;
      const double away = towards_x * x + towards_y * down;
      if (away <= far[i]) continue;
      far[i] = away;
      farthest[i] = {x, down};
    }
  }
  double area = 0;
  for (std::size_t i = 0; i < farthest.size(); ++i) {
    const CornerPlace &a = farthest[i], &b = farthest[(i + 1) % farthest.size()];
    area += (a.x * b.y - b.x * a.y) / 2;
  }
  return std::abs(area);
}

/// Whether enough is drawn on the cell's paper.
bool holds_ink(const ClosedCell& cell, const Segmentation& segmented) {
  int area = 0, top = cell.box.height, bottom = -1;
  for (int row = 0; row < cell.box.height; ++row) {
    const auto i = static_cast<std::size_t>(row);
    for (int x = cell.left[i]; x <= cell.right[i]; ++x) {
      if (segmented.found.labels.at(cell.box.x + x, cell.box.y + row) == 0) continue;
      ++area;
      top = std::min(top, row);
      bottom = row;
    }
  }
  return static_cast<float>(bottom - top) > kLeastTall * static_cast<float>(cell.box.height) &&
         static_cast<double>(area) > kLeastInkOfCell * area_of(cell);
}

/// Where the rows of a piece of bare paper begin and end.
ClosedCell outline_of(const Components& paper, std::size_t index) {
  const Box& box = paper.pieces[index].box;
  ClosedCell outline{box, {}, {}};
  for (int y = box.y; y < box.y + box.height; ++y) {
    int first = box.width, last = -1;
    for (int x = 0; x < box.width; ++x) {
      if (paper.labels.at(box.x + x, y) != static_cast<int>(index) + 1) continue;
      first = std::min(first, x);
      last = x;
    }
    outline.left.push_back(first);
    outline.right.push_back(last);
  }
  return outline;
}

/// Whether the rows are of unlike length, as beside a digit that is as tall as its cell.
bool is_uneven(const ClosedCell& outline) {
  constexpr double kUneven = 0.06;
  int longest = 0;
  for (std::size_t row = 0; row < outline.left.size(); ++row) {
    longest = std::max(longest, outline.right[row] - outline.left[row] + 1);
  }
  return area_of(outline) < (1 - kUneven) * longest * static_cast<double>(outline.left.size());
}

/// Whether what lies between the first and the second, to its right, may be a digit that parts the
/// paper of one cell.
bool is_parted(const ClosedCell& left, const ClosedCell& right) {
  constexpr double kSame = 0.15, kNear = 0.25;
  const Box &a = left.box, &b = right.box;
  const double most = std::max(a.height, b.height);
  const bool level = std::abs(a.y - b.y) < kSame * most &&
                     std::abs(a.y + a.height - b.y - b.height) < kSame * most;
  const int between = b.x - a.x - a.width;
  return a.x < b.x && level && between < kNear * most && is_uneven(left) && is_uneven(right);
}

ClosedCell joined(const ClosedCell& left, const ClosedCell& right) {
  const Box box = united(left.box, right.box);
  ClosedCell both{box, {}, {}};
  for (int y = box.y; y < box.y + box.height; ++y) {
    int first = box.width, last = -1;
    for (const ClosedCell* each : {&left, &right}) {
      if (y < each->box.y || y >= each->box.y + each->box.height) continue;
      const auto row = static_cast<std::size_t>(y - each->box.y);
      first = std::min(first, each->box.x + each->left[row] - box.x);
      last = std::max(last, each->box.x + each->right[row] - box.x);
    }
    both.left.push_back(first);
    both.right.push_back(last);
  }
  return both;
}

/// Joins the two sides of cells that a digit parts.
void join_parted(std::vector<ClosedCell>& outlines) {
  for (std::size_t i = 0; i < outlines.size();) {
    const auto other = std::ranges::find_if(
        outlines, [&](const ClosedCell& each) { return is_parted(outlines[i], each); });
    if (other == outlines.end()) {
      ++i;
      continue;
    }
    outlines[i] = joined(outlines[i], *other);
    outlines.erase(other);
    i = 0;
  }
}

}  // namespace

std::vector<ClosedCell> closed_cells(const Segmentation& segmented) {
  const Components paper = find_components(bare_paper(segmented.found), segmented.ink);
  std::vector<ClosedCell> outlines;
  for (std::size_t i = 0; i < paper.pieces.size(); ++i) {
    const Box& box = paper.pieces[i].box;
    const bool on_edge = paper.pieces[i].rim > 0;
    if (on_edge || box.height < kLeastCellSide || box.width < kLeastCellSide / 4) continue;
    outlines.push_back(outline_of(paper, i));
  }
  if (outlines.size() > kMostPieces) return {};
  join_parted(outlines);
  std::vector<ClosedCell> cells;
  for (ClosedCell& each : outlines) {
    each.left = straightened(each.left, 1);
    each.right = straightened(each.right, -1);
    const bool large = std::min(each.box.width, each.box.height) >= kLeastCellSide;
    const bool cornered = area_of_corners(each) >= kFourCorners * area_of(each);
    if (large && cornered && holds_ink(each, segmented)) cells.push_back(std::move(each));
  }
  if (cells.size() > kMostCells) cells.clear();
  return cells;
}

Picture inside_of(const ClosedCell& cell, const Picture& picture, int factor) {
  Picture inside = cropped(picture, scaled(cell.box, factor));
  const auto channels = static_cast<std::size_t>(inside.channels);
  const auto row_bytes = static_cast<std::size_t>(inside.width) * channels;
  for (int y = 0; y < inside.height; ++y) {
    const auto row = static_cast<std::size_t>(y / factor);
    const int first = cell.left[row] * factor, last = (cell.right[row] + 1) * factor - 1;
    std::uint8_t* const pixels = &inside.pixels[static_cast<std::size_t>(y) * row_bytes];
    const auto fill = [&](int from, int to, int with) {
      for (int x = from; x < to; ++x) {
        std::copy_n(pixels + static_cast<std::size_t>(with) * channels, channels,
                    pixels + static_cast<std::size_t>(x) * channels);
      }
    };
    fill(0, first, first);
    fill(last + 1, inside.width, last);
  }
  return inside;
}

}  // namespace mlpctl::image
