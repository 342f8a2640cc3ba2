#include "image/propose/stretched_digit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "image/plane.hpp"
#include "image/prepare/components.hpp"
#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {
namespace {

/// Two levels: they are so far apart, and all but this share of the pixels are so near to one of
/// them, as a share of the contrast. No photograph is so flat.
constexpr float kLeastRange = 40, kNearEnd = 0.04F, kMostBetween = 0.25F;
/// Bitmaps of so many pixels a side may be grey and noisy: their levels leave out this share of the
/// pixels at each end.
constexpr int kSmallBitmap = 40;
constexpr double kBitmapTail = 0.03;

/// They may be enlarged to so many.
constexpr int kEnlargedBitmap = 160;

/// Smaller parts of a level, as a share of its largest, are noise.
constexpr double kSpeck = 0.05;

/// Width over height of MNIST's digits, on average.
constexpr float kUsualAspect = 0.7F;
/// How wide it was before it was stretched is lost: the usual, and near the 10th and the 90th
/// percentile of MNIST's.
constexpr std::array kAspects{kUsualAspect, 0.45F, 1.0F};

/// The tips of strokes get lost where such a set keeps two levels.
int slack_of(int width, int height) {
  return std::max(2, std::max(width, height) / 16);
}

bool is_square(int width, int height) {
  return std::abs(width - height) <= slack_of(width, height);
}

bool fills(const Box& box, int width, int height) {
  const int slack = slack_of(width, height);
  return box.x <= slack && box.y <= slack && box.x + box.width >= width - slack &&
         box.y + box.height >= height - slack;
}

std::pair<float, float> ends_of(const Plane& plane) {
  const auto [least, most] = std::ranges::minmax_element(plane.values);
  return {*least, *most};
}

/// The picture from 0 for its darkest level to 1 for its lightest; empty unless it is small, or has
/// two levels.
Plane two_levels(const Picture& picture) {
  Plane grey = grey_of(picture);
  const bool small = std::max(grey.width, grey.height) <= kSmallBitmap;
  const auto [dark, light] =
      small ? std::pair(quantile(grey.values, kBitmapTail), quantile(grey.values, 1 - kBitmapTail))
            : ends_of(grey);
  const float range = light - dark;
  if (range < kLeastRange) return {};
  std::size_t between = 0;
  for (float& value : grey.values) {
    value = std::clamp((value - dark) / range, 0.0F, 1.0F);
    between += value > kNearEnd && value < 1 - kNearEnd ? 1 : 0;
  }
  if (small) return grey;
  const auto most = kMostBetween * static_cast<float>(grey.values.size());
  return static_cast<float>(between) <= most ? grey : Plane{};
}

Components light_pieces(const Plane& plane) {
  return find_components(above(plane, 0.5F), plane);
}

Plane negative(const Plane& plane) {
  Plane out = plane;
  for (float& value : out.values) value = 1 - value;
  return out;
}

/// A level taken for ink.
struct InkLevel {
  Terms terms;
  int rim = 0;  ///< its pixels on the edge
};

/// Empty unless the level reaches all four edges.
std::optional<InkLevel> as_ink(const Components& ink, int width, int height) {
  if (ink.pieces.empty()) return std::nullopt;
  const Component& main = *std::ranges::max_element(ink.pieces, {}, &Component::area);
  Box box = main.box;
  int area = 0;
  InkLevel level;
  for (const Component& piece : ink.pieces) {
    area += piece.area;
    level.rim += piece.rim;
    if (piece.area > kSpeck * main.area) box = united(box, piece.box);
  }
  if (!fills(box, width, height)) return std::nullopt;
  const auto share = [](int part, int whole) {
    return static_cast<float>(part) / static_cast<float>(whole);
  };
  level.terms = {.source = Source::kStretched,
                 .share = share(main.area, area),
                 .cover = share(area, width * height)};
  return level;
}

/// With a margin of bare paper, which normalise() wants around the ink.
Plane with_margin(const Plane& plane) {
  constexpr int kMargin = 2;
  Plane out(plane.width + 2 * kMargin, plane.height + 2 * kMargin);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) out.at(x + kMargin, y + kMargin) = plane.at(x, y);
  }
  return out;
}

}  // namespace

float written_aspect(const Box& box, int width, int height) {
  return is_square(width, height) && fills(box, width, height) ? kUsualAspect : 1.0F;
}

std::vector<Reading> as_stretched(const Picture& picture) {
  if (!is_square(picture.width, picture.height)) return {};
  const int side = std::max(picture.width, picture.height);
  const int most = side <= kEnlargedBitmap ? kSmallBitmap : kDigitViewSide;
  const int factor = factor_to_side(most, picture.width, picture.height);
  const Plane light = two_levels(reduce(picture, factor));
  if (light.values.empty()) return {};
  const Plane dark = negative(light);
  const std::optional<InkLevel> of_light = as_ink(light_pieces(light), light.width, light.height);
  if (!of_light) return {};
  const std::optional<InkLevel> of_dark = as_ink(light_pieces(dark), light.width, light.height);
  if (!of_dark) return {};
  // Strokes touch less of the edge than what they are written on.
  const bool light_first = of_light->rim <= of_dark->rim;
  std::vector<Reading> readings;
  for (const bool ink_is_light : {light_first, !light_first}) {
    for (const float aspect : kAspects) {
      Digit digit = normalise(with_margin(ink_is_light ? light : dark), aspect);
      digit.box = scaled({0, 0, light.width, light.height}, factor * picture.reduction);
      readings.push_back({{std::move(digit)}, (ink_is_light ? of_light : of_dark)->terms});
    }
  }
  return readings;
}

}  // namespace mlpctl::image
