#include "image/prepare/components.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlpctl::image {
namespace {

/// Neighbouring pixels of ink in one row.
struct Run {
  int y, begin, end;
  /// Another run of the same piece, before this one; itself for the first.
  std::size_t parent;
};

class PieceRuns {
 public:
  explicit PieceRuns(const Mask& mask) {
    for (int y = 0; y < mask.height; ++y) add_row(mask, y);
  }

  /// Each run with the number of its piece, from 0 in the order of their first pixels.
  template <typename Function>
  void for_each(const Function& function) {
    int count = 0;
    std::vector<int> numbers(runs_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::size_t first = first_of(i);
      numbers[i] = first == i ? count++ : numbers[first];
      function(runs_[i], numbers[i]);
    }
  }

 private:
  void add_row(const Mask& mask, int y) {
    const std::uint8_t* const row = &mask.at(0, y);
    std::size_t above = above_;
    const std::size_t above_end = above_ = runs_.size();
    for (int x = 0; x < mask.width;) {
      const int begin = static_cast<int>(std::find_if(row + x, row + mask.width, is_ink) - row);
      if (begin == mask.width) break;
      x = static_cast<int>(std::find(row + begin, row + mask.width, 0) - row);
      runs_.push_back({y, begin, x, runs_.size()});
      // Corners touch as well. The last that touches may touch the next one too.
      while (above < above_end && runs_[above].end < begin) ++above;
      for (std::size_t i = above; i < above_end && runs_[i].begin <= x; ++i) join(i);
    }
  }

  static bool is_ink(std::uint8_t value) { return value != 0; }

  /// The newest run and another are of one piece, which is known by its first.
  void join(std::size_t other) {
    const std::size_t a = first_of(other), b = first_of(runs_.size() - 1);
    runs_[std::max(a, b)].parent = std::min(a, b);
  }

  std::size_t first_of(std::size_t i) {
    while (runs_[i].parent != i) i = runs_[i].parent = runs_[runs_[i].parent].parent;
    return i;
  }

  std::vector<Run> runs_;
  std::size_t above_ = 0;
};

void add(const Run& run, const Plane& ink, Component& piece) {
  const Box part{run.begin, run.y, run.end - run.begin, 1};
  piece.box = piece.area == 0 ? part : united(piece.box, part);
  piece.area += part.width;
  const bool at_rim = run.y == 0 || run.y == ink.height - 1;
  const int ends = (run.begin == 0 ? 1 : 0) + (run.end == ink.width ? 1 : 0);
  piece.rim += at_rim ? part.width : std::min(ends, part.width);
  for (int x = run.begin; x < run.end; ++x) piece.mass += std::max(0.0F, ink.at(x, run.y));
}

}  // namespace

Components find_components(const Mask& mask, const Plane& ink) {
  Components found{Grid<int>(mask.width, mask.height), {}};
  if (mask.values.empty()) return found;
  PieceRuns(mask).for_each([&](const Run& run, int number) {
    const auto index = static_cast<std::size_t>(number);
    if (index == found.pieces.size()) found.pieces.emplace_back();
    add(run, ink, found.pieces[index]);
    int* const labels = &found.labels.at(0, run.y);
    std::fill(labels + run.begin, labels + run.end, number + 1);
  });
  return found;
}

bool lies_on_edge(const Component& piece) {
  return piece.rim * 5 > 2 * std::max(piece.box.width, piece.box.height);
}

bool is_solid(const Component& piece) {
  return piece.area * 10 > piece.box.width * piece.box.height * 7;
}

bool is_blot(const Components& found, std::size_t index) {
  constexpr float kRound = 0.9F, kFull = 0.9F;
  const Component& piece = found.pieces[index];
  const Box& box = piece.box;
  if (!is_solid(piece) || box.width * 9 <= box.height * 8 || box.height * 9 <= box.width * 8) {
    return false;
  }
  // A disc's box is wider than the disc by the pixels that just reach its sides.
  const auto axis = [](int pixels) { return 0.5F * static_cast<float>(pixels) - 0.25F; };
  int inside = 0, ellipse = 0;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const float u = static_cast<float>(2 * x + 1 - box.width) / (2 * axis(box.width));
      const float v = static_cast<float>(2 * y + 1 - box.height) / (2 * axis(box.height));
      if (u * u + v * v > 1) continue;
      ++ellipse;
      inside += found.labels.at(box.x + x, box.y + y) == static_cast<int>(index) + 1 ? 1 : 0;
    }
  }
  const auto either = static_cast<float>(ellipse + piece.area - inside);
  return static_cast<float>(inside) > kRound * either ||
         static_cast<float>(piece.area) > kFull * static_cast<float>(box.width * box.height);
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

double common_area(const Box& a, const Box& b) {
  const Box both = united(a, b);
  const int width = a.width + b.width - both.width, height = a.height + b.height - both.height;
  return width > 0 && height > 0 ? double{1} * width * height : 0;
}

Box box_of(const Components& found, const std::vector<bool>& chosen) {
  Box box;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    box = box.width == 0 ? found.pieces[i].box : united(box, found.pieces[i].box);
  }
  return box;
}

int gap(const Box& a, const Box& b) {
  const int across = std::max(a.x, b.x) - std::min(a.x + a.width, b.x + b.width);
  const int down = std::max(a.y, b.y) - std::min(a.y + a.height, b.y + b.height);
  return std::max(0, std::max(across, down));
}

}  // namespace mlpctl::image
