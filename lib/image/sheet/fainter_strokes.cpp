#include "image/sheet/fainter_strokes.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "image/sheet/marks.hpp"

namespace mlpctl::image {
namespace {

/// The labels, in order and each once.
void tidy(std::vector<std::size_t>& labels) {
  std::ranges::sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
}

bool has(const std::vector<std::size_t>& labels, int label) {
  return label > 0 && std::ranges::binary_search(labels, static_cast<std::size_t>(label) - 1);
}

/// The pieces of `to` under those of `from` in the box.
std::vector<std::size_t> pieces_under(const Components& to, const Components& from,
                                      const std::vector<std::size_t>& pieces, const Box& box) {
  std::vector<std::size_t> under;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      const int label = to.labels.at(x, y);
      if (label == 0 || !has(pieces, from.labels.at(x, y))) continue;
      const auto piece = static_cast<std::size_t>(label) - 1;
      if (under.empty() || under.back() != piece) under.push_back(piece);
    }
  }
  tidy(under);
  return under;
}

}  // namespace

std::optional<Mark> with_fainter_strokes(const Segmentation& segmented, const Segmentation& faint,
                                         std::span<const Part> parts,
                                         const std::vector<bool>& of_marks, float height) {
  /// Shares of the digit's height: it must go on for so much; and so tall and wide are digits.
  constexpr float kGoesOn = 0.08F, kTallest = 1.35F, kWidest = 1.4F;
  /// Of its pixels those of other marks.
  constexpr float kOthers = 0.05F;
  Mark own = parts.front().mark;
  for (const Part& part : parts.subspan(1)) join(own, part.mark);
  tidy(own.pieces);
  const std::vector<std::size_t> under =
      pieces_under(faint.found, segmented.found, own.pieces, own.box);
  const auto on_edge = [&](std::size_t i) { return lies_on_edge(faint.found.pieces[i]); };
  if (under.empty() || std::ranges::any_of(under, on_edge)) return std::nullopt;
  Mark mark = mark_of(faint.found, under.front());
  for (const std::size_t i : std::span(under).subspan(1)) join(mark, mark_of(faint.found, i));
  const auto tall = std::max(height, static_cast<float>(own.box.height));
  const int more = std::max(mark.box.width - own.box.width, mark.box.height - own.box.height);
  if (static_cast<float>(more) < std::max(2.0F, kGoesOn * tall) ||
      static_cast<float>(mark.box.height) > kTallest * tall ||
      static_cast<float>(mark.box.width) > kWidest * tall) {
    return std::nullopt;
  }
  int others = 0;
  for (int y = mark.box.y; y < mark.box.y + mark.box.height; ++y) {
    for (int x = mark.box.x; x < mark.box.x + mark.box.width; ++x) {
      const int label = segmented.found.labels.at(x, y);
      const bool other = label > 0 && of_marks[static_cast<std::size_t>(label) - 1] &&
                         !has(own.pieces, label) && has(under, faint.found.labels.at(x, y));
      others += other ? 1 : 0;
    }
  }
  if (static_cast<float>(others) > kOthers * static_cast<float>(mark.area)) return std::nullopt;
  return mark;
}

}  // namespace mlpctl::image
