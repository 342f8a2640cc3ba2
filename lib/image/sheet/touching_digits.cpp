#include "image/sheet/touching_digits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mlpctl::image {
namespace {

/// Shares of a digit's height: the width beyond which a mark is taken for several digits where one
/// stroke joins them, and beyond which however many do; a digit's width, and how much it varies.
constexpr float kTooWide = 1.45F, kSurelyTooWide = 1.7F, kUsualWidth = 0.72F, kSpread = 0.35F;
/// The least height of a part that is cut off, as a share of the usual; the long bar of a five is
/// lower.
constexpr float kLeastPart = 0.5F;
/// Below the first width it is surely one digit, from the second on surely several.
constexpr float kOneDigit = 1.25F, kSeveral = 2;
/// What each cut costs, so that a wide digit stays whole.
constexpr float kReluctance = 1.5F;

/// What a column holds of a mark.
struct Column {
  float ink = 0;
  int strokes = 0;
  int top = INT32_MAX, bottom = -1;
};

/// Where to cut a mark: the columns that cost least, by the strokes that they cut and the widths of
/// the digits that they leave.
class Cuts {
 public:
  Cuts(const Segmentation& segmented, const Mark& mark, float height)
      : height_(height), tall_(std::max(static_cast<float>(mark.box.height), 0.8F * height)) {
    std::vector<bool> own(segmented.found.pieces.size() + 1);
    for (const std::size_t piece : mark.pieces) own[piece + 1] = true;
    const Box& box = mark.box;
    for (int x = box.x; x < box.x + box.width; ++x) {
      Column& column = columns_.emplace_back();
      bool before = false;
      for (int y = box.y; y < box.y + box.height; ++y) {
        const bool ink = own[static_cast<std::size_t>(segmented.found.labels.at(x, y))];
        column.strokes += ink && !before ? 1 : 0;
        before = ink;
        if (!ink) continue;
        column.ink += segmented.ink.at(x, y) / (2 * segmented.level);
        column.top = std::min(column.top, y);
        column.bottom = y;
      }
    }
  }

  /// The columns, from the mark's left, at which it may be cut, in several ways; none when it is
  /// one digit. The likeliest way comes first.
  std::vector<std::vector<int>> likely() const {
    const float width = static_cast<float>(columns_.size()) / tall_;
    std::vector<std::vector<int>> ways{likeliest(width)};
    const auto add = [&](std::vector<int> way) {
      if (std::ranges::find(ways, way) == ways.end()) ways.push_back(std::move(way));
    };
    if (width < kOneDigit) return ways;
    if (width < kSeveral) add({});
    for (const float reluctance : {kReluctance, kReluctance / 3}) {
      add(cheapest(reluctance, columns_.size() - 1));
    }
    return ways;
  }

 private:
  std::vector<int> likeliest(float width) const {
    if (width < kTooWide) return {};
    const std::vector<int> cuts = cheapest(kReluctance, columns_.size());
    const bool clean = std::ranges::all_of(
        cuts, [&](int x) { return columns_[static_cast<std::size_t>(x)].strokes <= 1; });
    return width >= kSurelyTooWide || clean ? cuts : std::vector<int>{};
  }

  /// Of cutting through the column: how thick the strokes are there, as a share of the height.
  float cut_cost(std::size_t x) const {
    constexpr float kAny = 3, kThickness = 4;
    const Column& column = columns_[x];
    return kAny +
           kThickness * column.ink / tall_ * static_cast<float>(column.strokes * column.strokes);
  }

  /// Of a digit so wide, with its ink between these rows.
  float part_cost(std::size_t width, int top, int bottom) const {
    constexpr float kNoDigit = 20;
    const float away = (static_cast<float>(width) / tall_ - kUsualWidth) / kSpread;
    const bool low = static_cast<float>(bottom - top + 1) < kLeastPart * height_;
    return away * away + (low ? kNoDigit : 0);
  }

  /// reluctance: what a cut costs wherever it goes; widest: of one digit.
  std::vector<int> cheapest(float reluctance, std::size_t widest) const {
    // costs[x]: the least of the columns before x; from[x]: where their last digit begins.
    const std::size_t count = columns_.size();
    std::vector<float> costs(count + 1, 1e30F);
    std::vector<std::size_t> from(count + 1, 0);
    costs[0] = 0;
    widest = std::min(widest, static_cast<std::size_t>(2 * tall_));
    const auto narrowest = static_cast<std::size_t>(0.15F * tall_) + 1;
    for (std::size_t to = narrowest; to <= count; ++to) {
      int top = INT32_MAX, bottom = -1;
      for (std::size_t begin = to; begin-- > 0 && to - begin <= widest;) {
        top = std::min(top, columns_[begin].top);
        bottom = std::max(bottom, columns_[begin].bottom);
        if (to - begin < narrowest) continue;
        const float cost = costs[begin] + (begin > 0 ? reluctance + cut_cost(begin) : 0) +
                           part_cost(to - begin, top, bottom);
        if (cost >= costs[to]) continue;
        costs[to] = cost;
        from[to] = begin;
      }
    }
    std::vector<int> cuts;
    for (std::size_t x = from[count]; x > 0; x = from[x]) cuts.push_back(static_cast<int>(x));
    std::ranges::reverse(cuts);
    return cuts;
  }

  float height_, tall_;
  std::vector<Column> columns_;
};

/// The part of the mark in columns [left, right), its box tight around the ink.
Mark part_of(const Segmentation& segmented, const Mark& mark, int left, int right) {
  Mark part{mark.pieces, {}, 0, mark.cut_off};
  for (int y = mark.box.y; y < mark.box.y + mark.box.height; ++y) {
    for (int x = left; x < right; ++x) {
      const int label = segmented.found.labels.at(x, y);
      if (label == 0 || std::ranges::find(mark.pieces, static_cast<std::size_t>(label) - 1) ==
                            mark.pieces.end()) {
        continue;
      }
      part.mass += segmented.ink.at(x, y);
      part.box = part.box.width == 0 ? Box{x, y, 1, 1} : united(part.box, {x, y, 1, 1});
    }
  }
  return part;
}

}  // namespace

std::vector<std::vector<Mark>> parts_of(const Segmentation& segmented, const Mark& mark,
                                        float height) {
  std::vector<std::vector<Mark>> ways;
  for (std::vector<int> cuts : Cuts(segmented, mark, height).likely()) {
    std::vector<Mark>& parts = ways.emplace_back();
    if (cuts.empty()) {
      parts.push_back(mark);
      continue;
    }
    cuts.push_back(mark.box.width);
    int left = 0;
    for (const int right : cuts) {
      parts.push_back(part_of(segmented, mark, mark.box.x + left, mark.box.x + right));
      left = right;
    }
    const auto empty = [](const Mark& part) { return part.box.width == 0; };
    if (std::ranges::any_of(parts, empty)) ways.pop_back();
  }
  return ways;
}

}  // namespace mlpctl::image
