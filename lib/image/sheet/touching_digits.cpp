#include "image/sheet/touching_digits.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "image/prepare/stroke.hpp"

namespace mlpctl::image {
namespace {

/// Shares of a digit's height: the width of two digits that touch at least, ones among them; how
/// far apart cuts are; and the height of a part at least, or it is none.
constexpr float kTwoDigits = 0.7F, kApart = 0.16F, kLeastPart = 0.4F;
/// What a cut crosses at most: this many strokes in a mark as wide as one digit, and in wider ones.
constexpr float kStrokes = 1.8F, kMoreStrokes = 3.2F, kOneDigit = 0.95F;
/// The area of an upright stroke that a part has at least, as a share.
constexpr float kLeastArea = 0.2F;

/// A cut: of each row of the mark the column from which on it lies to the right.
struct Seam {
  std::vector<int> columns;
  float ink = 0;  ///< pixels that it crosses
};

/// The ways through a mark from top to bottom that cross least of its ink: straight down in ink,
/// aside where there is none, as a drop falls.
class Seams {
 public:
  explicit Seams(const Mask& ink)
      : ink_(ink), above_(ink.width, ink.height), below_(ink.width, ink.height) {
    for (int y = 0; y < ink.height; ++y) {
      for (int x = 0; x < ink.width; ++x) above_.at(x, y) = cost(x, y, y - 1, above_);
    }
    for (int y = ink.height - 1; y >= 0; --y) {
      for (int x = 0; x < ink.width; ++x) below_.at(x, y) = cost(x, y, y + 1, below_);
    }
  }

  /// Through this column of the middle row.
  float cost(int x) const { return above_.at(x, middle()) + below_.at(x, middle()); }

  Seam through(int x) const {
    Seam seam{.columns = std::vector<int>(static_cast<std::size_t>(ink_.height), x)};
    for (int y = middle() - 1, at = x; y >= 0; --y) {
      seam.columns[static_cast<std::size_t>(y)] = at = next(at, y + 1, y, above_);
    }
    for (int y = middle() + 1, at = x; y < ink_.height; ++y) {
      seam.columns[static_cast<std::size_t>(y)] = at = next(at, y - 1, y, below_);
    }
    for (int y = 0; y < ink_.height; ++y) {
      seam.ink += ink_.at(seam.columns[static_cast<std::size_t>(y)], y) != 0 ? 1.0F : 0.0F;
    }
    return seam;
  }

 private:
  /// Of a step aside, so that of two ways the straighter is taken.
  static constexpr float kAside = 0.05F;

  int middle() const { return ink_.height / 2; }

  /// The column of row `to` that is best reached from this pixel.
  int next(int x, int from, int to, const Plane& costs) const {
    int best = x;
    if (ink_.at(x, from) != 0) return best;
    float least = costs.at(x, to);
    for (const int aside : {x - 1, x + 1}) {
      if (aside < 0 || aside >= ink_.width || ink_.at(aside, to) != 0) continue;
      if (costs.at(aside, to) + kAside >= least) continue;
      least = costs.at(aside, to) + kAside;
      best = aside;
    }
    return best;
  }

  float cost(int x, int from, int to, const Plane& costs) const {
    const float own = ink_.at(x, from) != 0 ? 1 : 0;
    if (to < 0 || to >= ink_.height) return own;
    const int best = next(x, from, to, costs);
    return own + costs.at(best, to) + (best != x ? kAside : 0);
  }

  const Mask& ink_;
  Plane above_, below_;
};

Mask mask_of(const Segmentation& segmented, const Mark& mark) {
  std::vector<bool> own(segmented.found.pieces.size() + 1);
  for (const std::size_t piece : mark.pieces) own[piece + 1] = true;
  const Box& box = mark.box;
  Mask mask(box.width, box.height);
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const int label = segmented.found.labels.at(box.x + x, box.y + y);
      mask.at(x, y) = own[static_cast<std::size_t>(label)] ? 1 : 0;
    }
  }
  return mask;
}

/// The mean of the values around each, so that of many alike the one in their middle is least.
std::vector<float> smoothed(const std::vector<float>& values, int reach) {
  std::vector<float> result(values.size());
  const int count = static_cast<int>(values.size());
  for (int i = 0; i < count; ++i) {
    float sum = 0;
    for (int k = i - reach; k <= i + reach; ++k) {
      sum += values[static_cast<std::size_t>(std::clamp(k, 0, count - 1))];
    }
    result[static_cast<std::size_t>(i)] = sum / static_cast<float>(2 * reach + 1);
  }
  return result;
}

/// The cuts that cross at most so much ink, the cheapest first and none near another, from left to
/// right.
std::vector<Seam> seams_of(const Mask& mask, float tall, float most) {
  const Seams seams(mask);
  std::vector<float> costs;
  for (int x = 0; x < mask.width; ++x) costs.push_back(seams.cost(x));
  const int apart = std::max(2, static_cast<int>(kApart * tall));
  const std::vector<float> smooth = smoothed(costs, apart / 4);
  std::vector<int> order;
  for (int x = apart / 2; x < mask.width - apart / 2; ++x) {
    if (costs[static_cast<std::size_t>(x)] <= most) order.push_back(x);
  }
  std::ranges::stable_sort(order, {}, [&](int x) { return smooth[static_cast<std::size_t>(x)]; });
  std::vector<int> chosen;
  for (const int x : order) {
    const auto near = [&](int other) { return std::abs(other - x) < apart; };
    if (std::ranges::none_of(chosen, near)) chosen.push_back(x);
  }
  std::ranges::sort(chosen);
  std::vector<Seam> cuts;
  for (const int x : chosen) {
    Seam seam = seams.through(x);
    for (std::size_t y = 0; y < seam.columns.size() && !cuts.empty(); ++y) {
      seam.columns[y] = std::max(seam.columns[y], cuts.back().columns[y]);
    }
    cuts.push_back(std::move(seam));
  }
  return cuts;
}

/// The ink between two cuts: how much, and between which rows.
struct Slice {
  int area = 0, top = INT32_MAX, bottom = -1;
  int height() const { return bottom - top + 1; }
};

/// Calls visit(x, y, slice) for the pixels of the mask, by rows.
template <typename Visit>
void for_each_inked(const Mask& mask, const std::vector<Seam>& cuts, const Visit& visit) {
  for (int y = 0; y < mask.height; ++y) {
    std::size_t slice = 0;
    for (int x = 0; x < mask.width; ++x) {
      while (slice < cuts.size() && x >= cuts[slice].columns[static_cast<std::size_t>(y)]) ++slice;
      if (mask.at(x, y) != 0) visit(x, y, slice);
    }
  }
}

std::vector<Slice> slices_of(const Mask& mask, const std::vector<Seam>& cuts) {
  std::vector<Slice> slices(cuts.size() + 1);
  for_each_inked(mask, cuts, [&](int, int y, std::size_t at) {
    Slice& slice = slices[at];
    ++slice.area;
    slice.top = std::min(slice.top, y);
    slice.bottom = std::max(slice.bottom, y);
  });
  return slices;
}

/// Gives up cuts until each part has as much ink and height as a one at least: of a part that has
/// not, the dearer of its cuts.
void keep_whole_parts(std::vector<Seam>& cuts, const Mask& mask, float height, float least_area) {
  while (!cuts.empty()) {
    const std::vector<Slice> slices = slices_of(mask, cuts);
    const auto poor = std::ranges::find_if(slices, [&](const Slice& slice) {
      return static_cast<float>(slice.area) < least_area ||
             static_cast<float>(slice.height()) < kLeastPart * height;
    });
    if (poor == slices.end()) return;
    std::size_t right = static_cast<std::size_t>(poor - slices.begin());
    if (right == cuts.size() || (right > 0 && cuts[right - 1].ink > cuts[right].ink)) --right;
    cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(right));
  }
}

/// Adds a pixel to a piece, or to a mark's box.
void grow(Box& box, int x, int y) {
  box = box.width == 0 ? Box{x, y, 1, 1} : united(box, {x, y, 1, 1});
}

/// Hands the mark's ink, which the mask has, to pieces of its own for each part.
std::vector<Part> cut(Segmentation& segmented, const Mark& mark, const Mask& mask,
                      const std::vector<Seam>& cuts, float tall) {
  Components& found = segmented.found;
  std::vector<Part> parts(cuts.size() + 1);
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> pieces;
  for_each_inked(mask, cuts, [&](int across, int down, std::size_t slice) {
    const int x = mark.box.x + across, y = mark.box.y + down;
    int& label = found.labels.at(x, y);
    const std::size_t whole = static_cast<std::size_t>(label) - 1;
    const auto [place, made] = pieces.try_emplace({whole, slice}, found.pieces.size());
    Mark& part = parts[slice].mark;
    if (made) {
      found.pieces.emplace_back();
      part.pieces.push_back(place->second);
    }
    Component& piece = found.pieces[place->second];
    const float ink = segmented.ink.at(x, y);
    grow(piece.box, x, y);
    grow(part.box, x, y);
    ++piece.area;
    piece.mass += ink;
    part.mass += ink;
    label = static_cast<int>(place->second) + 1;
  });
  for (const std::size_t piece : mark.pieces) found.pieces[piece] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].mark.cut_off = mark.cut_off;
    parts[i].mark.number = mark.number;
    parts[i].cut = i > 0 ? cuts[i - 1].ink / tall : 0;
  }
  return parts;
}

}  // namespace

std::vector<Part> parts_of(Segmentation& segmented, const Mark& mark, float height) {
  const float tall = std::max(static_cast<float>(mark.box.height), 0.8F * height);
  const float width = static_cast<float>(mark.box.width) / tall;
  if (width < kTwoDigits || static_cast<float>(mark.box.height) < kLeastPart * height) {
    return {{.mark = mark}};
  }
  const Mask mask = mask_of(segmented, mark);
  const float stroke = stroke_width_at_most(mask);
  std::vector<Seam> cuts =
      seams_of(mask, tall, stroke * (width < kOneDigit ? kStrokes : kMoreStrokes));
  keep_whole_parts(cuts, mask, height, kLeastArea * stroke * tall);
  if (cuts.empty()) return {{.mark = mark}};
  return cut(segmented, mark, mask, cuts, tall);
}

}  // namespace mlpctl::image
