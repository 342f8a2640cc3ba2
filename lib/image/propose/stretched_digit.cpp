#include "image/propose/stretched_digit.hpp"

#include <algorithm>
#include <cmath>

#include "image/plane.hpp"
#include "image/prepare/components.hpp"
#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {
namespace {

/// Two levels: they are so far apart, and all but this share of the pixels are so near to one of
/// them, as a share of the contrast. No photograph is so flat.
constexpr float kLeastRange = 40, kNearEnd = 0.04F, kMostBetween = 0.25F;
/// The ink holds together but for what the two levels tore off it.
constexpr double kWhole = 0.8;
/// A level that covers more of the rim than this is a page around the digit, or its frame.
constexpr double kMostRim = 0.6;

/// Width over height of MNIST's digits, on average.
constexpr float kUsualAspect = 0.7F;

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

/// The picture from 0 for its darkest level to 1 for its lightest; empty unless it has two levels.
Plane two_levels(const Picture& picture) {
  Plane grey = grey_of(picture);
  const auto [low, high] = std::minmax_element(grey.values.begin(), grey.values.end());
  const float dark = *low, range = *high - *low;
  if (range < kLeastRange) return {};
  std::size_t between = 0;
  for (float& value : grey.values) {
    value = (value - dark) / range;
    between += value > kNearEnd && value < 1 - kNearEnd ? 1 : 0;
  }
  const auto most = kMostBetween * static_cast<float>(grey.values.size());
  return static_cast<float>(between) <= most ? grey : Plane{};
}

Components light_pieces(const Plane& plane) {
  Mask mask(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) mask.values[i] = plane.values[i] > 0.5F;
  return find_components(mask, plane);
}

Plane negative(const Plane& plane) {
  Plane out = plane;
  for (float& value : out.values) value = 1 - value;
  return out;
}

/// Whether one piece is nearly all of the ink, reaches all four edges and leaves the rim to the
/// paper between them. What touches all sides parts its paper, and the parted paper does not.
bool is_stretched(const Components& ink, const Components& paper, int width, int height) {
  if (ink.pieces.empty()) return false;
  const auto smaller = [](const Component& a, const Component& b) { return a.area < b.area; };
  const Component& main = *std::max_element(ink.pieces.begin(), ink.pieces.end(), smaller);
  int area = 0;
  for (const Component& piece : ink.pieces) area += piece.area;
  const auto parts = std::count_if(paper.pieces.begin(), paper.pieces.end(),
                                   [](const Component& piece) { return piece.rim > 0; });
  const int rim = 2 * (width + height) - 4;
  return main.area >= kWhole * area && fills(main.box, width, height) && parts >= 2 &&
         main.rim <= kMostRim * rim;
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

std::optional<Digit> as_stretched(const Picture& picture) {
  if (!is_square(picture.width, picture.height)) return std::nullopt;
  const int factor = factor_to_side(kDigitViewSide, picture.width, picture.height);
  const Plane light = two_levels(reduce(picture, factor));
  if (light.values.empty()) return std::nullopt;
  const Plane dark = negative(light);
  const Components of_light = light_pieces(light), of_dark = light_pieces(dark);
  const bool ink_is_light = is_stretched(of_light, of_dark, light.width, light.height);
  const bool ink_is_dark = is_stretched(of_dark, of_light, light.width, light.height);
  if (ink_is_light == ink_is_dark) return std::nullopt;
  const Box all{0, 0, light.width, light.height};
  Digit digit = normalise(with_margin(ink_is_light ? light : dark), kUsualAspect);
  digit.box = in_file(all, factor * picture.reduction);
  return digit;
}

}  // namespace mlpctl::image
