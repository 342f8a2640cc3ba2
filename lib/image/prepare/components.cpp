#include "image/prepare/components.hpp"

#include <algorithm>

namespace mlpctl::image {
namespace {

/// Gathers the piece that holds (x, y), without recursion.
Component flood(const Mask& mask, const Plane& ink, Grid<int>& labels, int label, int x, int y) {
  Component piece{.box = {x, y, 1, 1}};
  std::vector<std::pair<int, int>> open{{x, y}};
  labels.at(x, y) = label;
  while (!open.empty()) {
    const auto [cx, cy] = open.back();
    open.pop_back();
    piece.box = united(piece.box, {cx, cy, 1, 1});
    ++piece.area;
    const bool at_rim = cx == 0 || cy == 0 || cx == mask.width - 1 || cy == mask.height - 1;
    piece.rim += at_rim ? 1 : 0;
    piece.mass += std::max(0.0F, ink.at(cx, cy));
    for (int ny = cy - 1; ny <= cy + 1; ++ny) {
      for (int nx = cx - 1; nx <= cx + 1; ++nx) {
        if (!mask.inside(nx, ny) || mask.at(nx, ny) == 0 || labels.at(nx, ny) != 0) continue;
        labels.at(nx, ny) = label;
        open.emplace_back(nx, ny);
      }
    }
  }
  return piece;
}

}  // namespace

Components find_components(const Mask& mask, const Plane& ink) {
  Components found{Grid<int>(mask.width, mask.height), {}};
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) == 0 || found.labels.at(x, y) != 0) continue;
      const int label = static_cast<int>(found.pieces.size()) + 1;
      found.pieces.push_back(flood(mask, ink, found.labels, label, x, y));
    }
  }
  return found;
}

bool lies_on_edge(const Component& piece) {
  return piece.rim * 5 > 2 * std::max(piece.box.width, piece.box.height);
}

bool is_solid(const Component& piece) {
  return piece.area * 10 > piece.box.width * piece.box.height * 7;
}

bool is_blot(const Component& piece) {
  const Box& box = piece.box;
  return is_solid(piece) && box.width * 4 > box.height * 3 && box.height * 4 > box.width * 3;
}

bool is_grid(const Components& found, std::size_t index) {
  constexpr int kLeastPlaces = 8;
  const Grid<int>& labels = found.labels;
  const int label = static_cast<int>(index) + 1;
  int places = 0;
  bool before = false;
  const auto pass = [&](int x, int y) {
    const bool own = labels.at(x, y) == label;
    places += own && !before ? 1 : 0;
    before = own;
  };
  for (int x = 0; x < labels.width; ++x) pass(x, 0);
  for (int y = 0; y < labels.height; ++y) pass(labels.width - 1, y);
  for (int x = labels.width - 1; x >= 0; --x) pass(x, labels.height - 1);
  for (int y = labels.height - 1; y >= 0; --y) pass(0, y);
  return places >= kLeastPlaces;
}

Box united(const Box& a, const Box& b) {
  const int left = std::min(a.x, b.x), top = std::min(a.y, b.y);
  const int right = std::max(a.x + a.width, b.x + b.width);
  const int bottom = std::max(a.y + a.height, b.y + b.height);
  return {left, top, right - left, bottom - top};
}

int gap(const Box& a, const Box& b) {
  const int across = std::max(a.x, b.x) - std::min(a.x + a.width, b.x + b.width);
  const int down = std::max(a.y, b.y) - std::min(a.y + a.height, b.y + b.height);
  return std::max(0, std::max(across, down));
}

}  // namespace mlpctl::image
