#include "image/sheet/stretches.hpp"

#include <algorithm>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {
namespace {

/// Parts that make a digit at most; its width, and that of one whose parts do not touch, and the
/// paper between these, as shares of the usual height.
constexpr std::size_t kMostParts = 4;
constexpr float kWidestDigit = 1.85F, kWidestJoined = 1.1F, kFarthestParts = 0.12F;

Mark joined(Mark mark, const Mark& next) {
  mark.box = united(mark.box, next.box);
  mark.mass += next.mass;
  mark.pieces.insert(mark.pieces.end(), next.pieces.begin(), next.pieces.end());
  return mark;
}

/// Paper between a part and the next one, in pixels.
float between(const Part& left, const Part& right) {
  return right.cut > 0 ? 0 : static_cast<float>(gap(left.mark.box, right.mark.box));
}

/// Whether no digit is so wide.
bool is_too_wide(const Box& box, float height) {
  const float tall = std::max(static_cast<float>(box.height), height);
  return static_cast<float>(box.width) > kWidestDigit * tall;
}

}  // namespace

Digit digit_of(const Segmentation& segmented, const Mark& mark, double scale) {
  std::vector<bool> chosen(segmented.found.pieces.size(), false);
  for (const std::size_t piece : mark.pieces) chosen[piece] = true;
  Digit digit = normalise(isolated(segmented, chosen, mark.box));
  digit.box = in_file(mark.box, scale);
  return digit;
}

bool may_be_one(const Mark& left, const Mark& right, float height) {
  return static_cast<float>(gap(left.box, right.box)) < kFarthestParts * height &&
         static_cast<float>(united(left.box, right.box).width) < kWidestJoined * height;
}

std::vector<Reading> readings_of(const Segmentation& segmented, std::span<const Part> parts,
                                 float height, double scale) {
  std::vector<Reading> readings;
  const auto share = [&](int pixels) { return static_cast<float>(pixels) / height; };
  for (std::size_t from = 0; from < parts.size(); ++from) {
    Mark mark = parts[from].mark;
    float join = 0;
    for (std::size_t to = from + 1; to <= std::min(parts.size(), from + kMostParts); ++to) {
      if (to > from + 1) {
        join += between(parts[to - 2], parts[to - 1]) / height;
        if (parts[to - 1].cut == 0 && !may_be_one(mark, parts[to - 1].mark, height)) break;
        mark = joined(std::move(mark), parts[to - 1].mark);
        if (is_too_wide(mark.box, height)) break;
      }
      Reading& reading = readings.emplace_back();
      reading.digit = digit_of(segmented, mark, scale);
      reading.stretch = {.from = static_cast<int>(from),
                         .to = static_cast<int>(to),
                         .width = share(mark.box.width),
                         .height = share(mark.box.height),
                         .cut = parts[from].cut + (to < parts.size() ? parts[to].cut : 0),
                         .join = join};
    }
  }
  return readings;
}

}  // namespace mlpctl::image
