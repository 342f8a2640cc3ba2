#include "image/sheet/fainter_marks.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "image/prepare/morphology.hpp"
#include "image/sheet/marks.hpp"

namespace mlpctl::image {
namespace {

/// Shares of the usual digit's height: what is lower or taller is no digit, nor what is wider; and
/// how far from the others digits are expected.
constexpr float kLowestFaint = 0.6F, kTallestFaint = 1.5F, kWidestFaint = 1.4F, kWritingBeside = 2;

/// Where the marks are that are as tall as digits.
Box written_in(const std::vector<Mark>& marks, float height) {
  Box box{};
  for (const Mark& mark : marks) {
    if (static_cast<float>(mark.box.height) < kLowestFaint * height) continue;
    box = box.width == 0 ? mark.box : united(box, mark.box);
  }
  return box;
}

Box widened(const Box& box, float by) {
  const int more = static_cast<int>(by);
  return {box.x - more, box.y - more, box.width + 2 * more, box.height + 2 * more};
}

/// Whether it is as slender as a one, and as the rest of an edge.
bool is_upright_stroke(const Box& box) {
  return box.height > 3 * box.width;
}

/// A one must lie between others.
bool is_like_digit(const Components& faint, std::size_t index, float height, const Box& written) {
  const Component& piece = faint.pieces[index];
  const Box& box = piece.box;
  const Box near = is_upright_stroke(box) ? written : widened(written, kWritingBeside * height);
  const auto tall = static_cast<float>(box.height);
  return tall > kLowestFaint * height && tall < kTallestFaint * height &&
         static_cast<float>(box.width) < kWidestFaint * height && !lies_on_edge(piece) &&
         !is_blot(faint, index) && common_area(box, near) > 0;
}

/// How strong what lies around the piece is, its soft rim away, beside the piece itself: 0 of
/// paper. What is left along lines that were taken out lies among their rests.
float strength_around(const Segmentation& faint, std::size_t piece, float height) {
  constexpr float kRimOfDigit = 0.1F;
  constexpr int kLeastRim = 3;
  const int rim = std::max(kLeastRim, static_cast<int>(kRimOfDigit * height));
  const Component& own = faint.found.pieces[piece];
  Plane near(own.box.width + 2 * rim, own.box.height + 2 * rim);
  for (int y = 0; y < own.box.height; ++y) {
    for (int x = 0; x < own.box.width; ++x) {
      const int label = faint.found.labels.at(own.box.x + x, own.box.y + y);
      if (label == static_cast<int>(piece) + 1) near.at(x + rim, y + rim) = 1;
    }
  }
  const Plane inner = dilated(near, rim - 1), outer = dilated(near, rim);
  float sum = 0, count = 0;
  for (int y = 0; y < near.height; ++y) {
    for (int x = 0; x < near.width; ++x) {
      const int u = own.box.x + x - rim, v = own.box.y + y - rim;
      const bool ring = outer.at(x, y) > inner.at(x, y) && faint.ink.inside(u, v);
      if (!ring || faint.found.labels.at(u, v) > 0) continue;
      sum += faint.ink.at(u, v);
      count += 1;
    }
  }
  return count > 0 ? sum / count * static_cast<float>(own.area) / own.mass : 1;
}

/// Of each fainter piece, what was found of it before.
struct Before {
  int area = 0;          ///< pixels
  bool dropped = false;  ///< whether some of it was no writing
};

std::vector<Before> found_before(const Components& faint, const Components& found) {
  std::vector<Before> before(faint.pieces.size());
  for (std::size_t i = 0; i < faint.labels.values.size(); ++i) {
    const int label = faint.labels.values[i], own = found.labels.values[i];
    if (label == 0 || own == 0) continue;
    Before& piece = before[static_cast<std::size_t>(label) - 1];
    ++piece.area;
    if (found.pieces[static_cast<std::size_t>(own) - 1].area == 0) piece.dropped = true;
  }
  return before;
}

/// Those of the fainter pieces, by their labels, that are like the sheet's digits, on bare paper,
/// and of which less was found before than of others, whose edges are all that is fainter. None
/// where these are few.
std::vector<bool> new_digits(const Segmentation& faint, const Components& found, float height,
                             const Box& written) {
  constexpr std::ptrdiff_t kFewest = 5;
  constexpr float kLess = 0.8F, kBare = 0.12F;
  const std::vector<Component>& pieces = faint.found.pieces;
  const std::vector<Before> before = found_before(faint.found, found);
  const auto share = [&](std::size_t i) {
    return static_cast<float>(before[i].area) / static_cast<float>(pieces[i].area);
  };
  std::vector<bool> digits(pieces.size());
  std::vector<float> shares;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = !before[i].dropped && is_like_digit(faint.found, i, height, written);
    if (digits[i] && before[i].area > 0) shares.push_back(share(i));
  }
  const float less = kLess * quantile(std::move(shares), 0.5);
  std::ptrdiff_t count = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = digits[i] && share(i) < less && strength_around(faint, i, height) < kBare;
    count += digits[i] && !is_upright_stroke(pieces[i].box) ? 1 : 0;
  }
  if (count < kFewest) digits.clear();
  return digits;
}

/// Puts these fainter pieces in place of what was found of them, their ink and its soft rim as
/// strong as usual.
void put(Segmentation& segmented, const Components& faint, const std::vector<bool>& pieces,
         float usual) {
  constexpr int kRim = 2;
  Components& found = segmented.found;
  std::vector<int> labels(pieces.size() + 1);
  std::vector<float> stronger(pieces.size() + 1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i]) continue;
    Component piece = faint.pieces[i];
    const float by = std::max(1.0F, usual * static_cast<float>(piece.area) / piece.mass);
    piece.mass *= by;
    stronger[i + 1] = by;
    segmented.mass += piece.mass;
    found.pieces.push_back(piece);
    labels[i + 1] = static_cast<int>(found.pieces.size());
  }
  const Grid<int>& own = faint.labels;
  std::vector<float> factors(own.values.size());
  for (int y = 0; y < own.height; ++y) {
    for (int x = 0; x < own.width; ++x) {
      const auto at = static_cast<std::size_t>(own.at(x, y));
      if (labels[at] == 0) continue;
      int& label = found.labels.at(x, y);
      if (label > 0 && label != labels[at]) found.pieces[static_cast<std::size_t>(label) - 1] = {};
      label = labels[at];
      for (int v = std::max(0, y - kRim); v <= std::min(own.height - 1, y + kRim); ++v) {
        for (int u = std::max(0, x - kRim); u <= std::min(own.width - 1, x + kRim); ++u) {
          const bool other = own.at(u, v) > 0 && own.at(u, v) != own.at(x, y);
          if (!other) factors[static_cast<std::size_t>(v * own.width + u)] = stronger[at];
        }
      }
    }
  }
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (factors[i] > 0) segmented.ink.values[i] *= factors[i];
  }
}

}  // namespace

void add_fainter_marks(Segmentation& segmented) {
  const std::vector<Mark> marks = candidates(segmented);
  const auto height = static_cast<float>(usual_height(marks));
  if (height == 0) return;
  const std::optional<Segmentation> faint = with_faint_ink(segmented, Faintness::kFaint);
  if (!faint) return;
  const std::vector<bool> digits =
      new_digits(*faint, segmented.found, height, written_in(marks, height));
  if (!digits.empty()) put(segmented, faint->found, digits, usual_strength(marks));
}

}  // namespace mlpctl::image
