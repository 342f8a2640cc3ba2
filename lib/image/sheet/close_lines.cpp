#include "image/sheet/close_lines.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mlpctl::image {
namespace {

/// Shares of the usual height: the least of two digits in one piece, the least and the greatest of
/// one digit, and how far from its middle another of its line may lie.
constexpr float kTwo = 1.6F, kLeast = 0.6F, kMost = 1.35F, kLevel = 0.3F;

/// The pixels of a row that belong to the piece with this label, and into how many runs they fall.
struct Row {
  float ink = 0;
  int runs = 0;
};

Row row_of(const Segmentation& segmented, int label, const Box& box, int y) {
  Row row;
  bool before = false;
  for (int x = box.x; x < box.x + box.width; ++x) {
    const bool own = segmented.found.labels.at(x, y) == label;
    row.ink += own ? segmented.ink.at(x, y) : 0;
    row.runs += own && !before ? 1 : 0;
    before = own;
  }
  return row;
}

/// The row nearest the middle in which the two digits hang together least.
int thinnest_row(const Segmentation& segmented, int label, const Box& box, float height) {
  const float middle = static_cast<float>(box.y) + static_cast<float>(box.height) / 2;
  const int from = box.y + static_cast<int>(kLeast * height);
  const int to = box.y + box.height - static_cast<int>(kLeast * height);
  int best = static_cast<int>(middle);
  float least = 1e30F;
  for (int y = from; y < to; ++y) {
    const Row row = row_of(segmented, label, box, y);
    const float away = std::abs(static_cast<float>(y) - middle) / height;
    const float cost = row.ink * static_cast<float>(row.runs) * (1 + 2 * away);
    if (cost >= least) continue;
    least = cost;
    best = y;
  }
  return best;
}

/// Whether a digit of the usual height lies in a line of writing at this level.
bool has_digit_at(const Components& found, float level, float height) {
  return std::ranges::any_of(found.pieces, [&](const Component& piece) {
    const auto tall = static_cast<float>(piece.box.height);
    const float middle = static_cast<float>(piece.box.y) + tall / 2;
    return tall > kLeast * height && tall < kMost * height &&
           std::abs(middle - level) < kLevel * height;
  });
}

/// Whether lines of writing pass both above and below the row that cuts the box.
bool in_two_lines(const Components& found, const Box& box, int row, float height) {
  const float upper = static_cast<float>(box.y + row) / 2;
  const float lower = static_cast<float>(row + box.y + box.height) / 2;
  return has_digit_at(found, upper, height) && has_digit_at(found, lower, height);
}

}  // namespace

void cut_close_lines(Segmentation& segmented, int usual) {
  const auto height = static_cast<float>(usual);
  bool any = false;
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    const Box& box = segmented.found.pieces[i].box;
    if (static_cast<float>(box.height) < kTwo * height) continue;
    if (static_cast<float>(box.height) > 2 * kMost * height) continue;
    const int label = static_cast<int>(i) + 1;
    const int row = thinnest_row(segmented, label, box, height);
    if (!in_two_lines(segmented.found, box, row, height)) continue;
    for (int x = box.x; x < box.x + box.width; ++x) {
      int& own = segmented.found.labels.at(x, row);
      own = own == label ? 0 : own;
    }
    any = true;
  }
  if (!any) return;
  Mask mask(segmented.ink.width, segmented.ink.height);
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const int label = segmented.found.labels.values[i];
    mask.values[i] =
        label > 0 && segmented.found.pieces[static_cast<std::size_t>(label) - 1].area > 0;
  }
  segmented.found = find_components(mask, segmented.ink);
}

}  // namespace mlpctl::image
