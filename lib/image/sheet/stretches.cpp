#include "image/sheet/stretches.hpp"

#include <algorithm>

#include "image/prepare/normalise.hpp"
#include "image/sheet/marks.hpp"

namespace mlpctl::image {
namespace {

/// Parts that make a digit at most; its width, and that of one whose parts do not touch, and the
/// paper between these, as shares of the usual height.
constexpr std::size_t kMostParts = 5;
constexpr float kWidestDigit = 1.85F, kWidestJoined = 1.1F, kFarthestParts = 0.12F;

/// Paper between a part and the next one, in pixels.
float between(const Part& left, const Part& right) {
  return right.cut > 0 ? 0 : static_cast<float>(gap(left.mark.box, right.mark.box));
}

/// Whether no digit is so wide.
bool is_too_wide(const Box& box, float height) {
  const float tall = std::max(static_cast<float>(box.height), height);
  return static_cast<float>(box.width) > kWidestDigit * tall;
}

/// Of each few parts, one after the other, that are no wider than a digit.
std::vector<Stretch> stretches_of(std::span<const Part> parts, float height) {
  std::vector<Stretch> stretches;
  for (std::size_t from = 0; from < parts.size(); ++from) {
    Box box = parts[from].mark.box;
    float join = 0;
    for (std::size_t to = from + 1; to <= std::min(parts.size(), from + kMostParts); ++to) {
      if (to > from + 1) {
        const Part& next = parts[to - 1];
        join += between(parts[to - 2], next) / height;
        const bool same_mark = next.mark.number == parts[to - 2].mark.number;
        if (!same_mark && !may_be_one(box, next.mark.box, height)) break;
        box = united(box, next.mark.box);
        if (is_too_wide(box, height)) break;
      }
      stretches.push_back({.from = static_cast<int>(from),
                           .to = static_cast<int>(to),
                           .width = static_cast<float>(box.width) / height,
                           .height = static_cast<float>(box.height) / height,
                           .cut = parts[from].cut + (to < parts.size() ? parts[to].cut : 0),
                           .join = join});
    }
  }
  return stretches;
}

/// Whether it is all that was cut from one mark, or from several: as such it is also seen from
/// other sides.
bool is_uncut(const Stretch& stretch, std::span<const Part> parts) {
  const auto is_end = [&](int at) {
    const auto i = static_cast<std::size_t>(at);
    return i == 0 || i == parts.size() || parts[i - 1].mark.number != parts[i].mark.number;
  };
  return is_end(stretch.from) && is_end(stretch.to);
}

/// Drops those whose shape alone tells that no way through all parts will take them: a fifth of
/// all, and of those that are taken one in 570. Keeps all where no way would be left.
void keep_likely(std::vector<Stretch>& stretches, std::span<const Part> parts) {
  constexpr float kLeastLikely = -1.5F;
  const auto is_unlikely = [&](const Stretch& stretch) {
    return shape_of(stretch) < kLeastLikely && !is_uncut(stretch, parts);
  };
  std::vector<bool> reached(parts.size() + 1);
  reached[0] = true;
  for (const Stretch& stretch : stretches) {
    if (!reached[static_cast<std::size_t>(stretch.from)] || is_unlikely(stretch)) continue;
    reached[static_cast<std::size_t>(stretch.to)] = true;
  }
  if (reached.back()) std::erase_if(stretches, is_unlikely);
}

}  // namespace

float shape_of(const Stretch& stretch) {
  /// What each is worth: the square of what it is wider, narrower or lower than usual, the ink that
  /// is cut, and the paper that is joined. See lib/read/path.cpp.
  constexpr float kWiderBy = -2.4F, kNarrowerBy = -1.6F, kLowerBy = -45, kCut = -1.5F, kJoined = -2;
  /// Of the height of a usual digit: between these widths, and above this height, all are alike.
  constexpr float kNarrowDigit = 0.45F, kWideDigit = 0.8F, kLowDigit = 0.85F;
  const auto square_above = [](float x) { return x > 0 ? x * x : 0; };
  return kWiderBy * square_above(stretch.width - kWideDigit) +
         kNarrowerBy * square_above(kNarrowDigit - stretch.width) +
         kLowerBy * square_above(kLowDigit - stretch.height) + kCut * stretch.cut +
         kJoined * stretch.join;
}

Digit digit_of(const Segmentation& segmented, const Mark& mark, double scale) {
  std::vector<bool> chosen(segmented.found.pieces.size(), false);
  for (const std::size_t piece : mark.pieces) chosen[piece] = true;
  Digit digit = normalise(isolated(segmented, chosen, mark.box));
  digit.box = scaled(mark.box, scale);
  return digit;
}

bool may_be_one(const Box& left, const Box& right, float height) {
  return static_cast<float>(gap(left, right)) < kFarthestParts * height &&
         static_cast<float>(united(left, right).width) < kWidestJoined * height;
}

std::vector<Reading> readings_of(const Segmentation& segmented, std::span<const Part> parts,
                                 float height, double scale) {
  std::vector<Stretch> stretches = stretches_of(parts, height);
  keep_likely(stretches, parts);
  std::vector<Reading> readings;
  for (const Stretch& stretch : stretches) {
    const auto own = parts.subspan(static_cast<std::size_t>(stretch.from),
                                   static_cast<std::size_t>(stretch.to - stretch.from));
    Mark mark = own.front().mark;
    for (const Part& next : own.subspan(1)) join(mark, next.mark);
    readings.push_back({.digit = digit_of(segmented, mark, scale), .stretch = stretch});
  }
  return readings;
}

}  // namespace mlpctl::image
