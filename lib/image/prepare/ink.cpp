#include "image/prepare/ink.hpp"

#include <algorithm>
#include <cmath>

#include "image/prepare/morphology.hpp"

namespace mlpctl::image {
namespace {

/// Pixels a side, at least, of the picture on which paper and colours are estimated.
constexpr int kSmallSide = 160;

using Colour = std::array<float, 3>;

float dot(const Colour& a, const Colour& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// Differences of every pixel from another plane a channel, a colour a pixel.
std::vector<Colour> differences(const Picture& picture, const std::vector<Plane>& from) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  std::vector<Colour> all(picture.pixels.size() / channels);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      all[i][c] = static_cast<float>(picture.pixels[i * channels + c]) - from[c].values[i];
    }
  }
  return all;
}

/// Counts for less towards the edge of the picture, where tables and fingers are.
float centrality(std::size_t i, const Picture& picture) {
  const auto width = static_cast<std::size_t>(picture.width);
  const float x = (static_cast<float>(i % width) + 0.5F) / static_cast<float>(picture.width);
  const float y = (static_cast<float>(i / width) + 0.5F) / static_cast<float>(picture.height);
  const float edge = std::min(std::min(x, 1 - x), std::min(y, 1 - y));
  return std::min(1.0F, 0.1F + 4 * edge);
}

void negate(Plane& plane) {
  for (float& value : plane.values) value = -value;
}

/// Each channel without its strokes.
std::vector<Plane> without_strokes(const Picture& picture, Polarity polarity, int reach) {
  std::vector<Plane> planes;
  for (int c = 0; c < picture.channels; ++c) {
    Plane plane = channel_of(picture, c);
    if (polarity == Polarity::kDark) negate(plane);
    plane = opened(plane, reach);
    if (polarity == Polarity::kDark) negate(plane);
    planes.push_back(std::move(plane));
  }
  return planes;
}

}  // namespace

Ink::Ink(const Picture& picture, int factor)
    : reduced_(reduce(picture, factor)), step_(std::max(1, side() / kSmallSide)) {
  small_ = reduce(reduced_, step_);
}

Ink::Colour Ink::main_direction(const std::vector<Colour>& all) const {
  std::vector<float> lengths(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) lengths[i] = dot(all[i], all[i]);
  const float strong = 0.16F * quantile(lengths, 0.995);
  std::array<Colour, 3> moments{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (lengths[i] < strong) continue;
    const float weight = centrality(i, small_);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) moments[r][c] += weight * all[i][r] * all[i][c];
    }
  }
  Colour axis{0.6F, 0.62F, 0.5F};
  for (int round = 0; round < 20; ++round) {
    const Colour next{dot(moments[0], axis), dot(moments[1], axis), dot(moments[2], axis)};
    const float length = std::sqrt(dot(next, next));
    if (length <= 0) return {};
    for (std::size_t c = 0; c < 3; ++c) axis[c] = next[c] / length;
  }
  float skew = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (lengths[i] < strong) continue;
    const float along = dot(all[i], axis);
    skew += centrality(i, small_) * along * along * along;
  }
  if (skew < 0) {
    for (float& value : axis) value = -value;
  }
  return axis;
}

Plane Ink::along(const Colour& direction) const {
  const auto channels = static_cast<std::size_t>(reduced_.channels);
  Plane out(reduced_.width, reduced_.height);
  const std::uint8_t* in = reduced_.pixels.data();
  for (float& value : out.values) {
    for (std::size_t c = 0; c < channels; ++c) value += direction[c] * static_cast<float>(*in++);
  }
  return out;
}

InkPlane Ink::on_paper(double reach, PaperLook look) const {
  const Paper paper(reduced_, small_, reach, look);
  const Colour direction = main_direction(differences(small_, paper.colours()));
  // The paper is smooth, so its part is taken once for a whole cell.
  Plane behind(small_.width, small_.height);
  for (std::size_t c = 0; c < paper.colours().size(); ++c) {
    for (std::size_t i = 0; i < behind.values.size(); ++i) {
      behind.values[i] += direction[c] * paper.colours()[c].values[i];
    }
  }
  InkPlane result{{}, along(direction), paper.is_flat(), paper.is_doubtful()};
  result.ink = result.brightness;
  const float step = 1 / static_cast<float>(step_);
  const Plane under =
      sampled(behind, centres(result.ink.width, step), centres(result.ink.height, step));
  for (std::size_t i = 0; i < under.values.size(); ++i) result.ink.values[i] -= under.values[i];
  return result;
}

InkPlane Ink::in_strokes(Polarity polarity, double reach) const {
  const auto pixels = [&](int longest) {
    return std::max(1, static_cast<int>(std::lround(reach * longest)));
  };
  const int small_side = std::max(small_.width, small_.height);
  const Colour direction =
      main_direction(differences(small_, without_strokes(small_, polarity, pixels(small_side))));
  InkPlane result{.ink = {}, .brightness = along(direction)};
  const Plane behind = opened(median_of_nine(result.brightness), pixels(side()));
  result.ink = result.brightness;
  for (std::size_t i = 0; i < behind.values.size(); ++i) result.ink.values[i] -= behind.values[i];
  // The opening follows the darkest of the paper's noise, not its middle.
  const float bare = quantile(spread_sample(result.ink), 0.5);
  for (float& value : result.ink.values) value -= bare;
  return result;
}

InkPlane Ink::by_level(Polarity polarity) const {
  /// Of the pixels, as glare and dirt.
  constexpr double kTail = 0.02;
  InkPlane result{.ink = {}, .brightness = grey_of(reduced_), .flat = true};
  const bool dark = polarity == Polarity::kDark;
  if (dark) negate(result.brightness);
  result.ink = result.brightness;
  const float paper = quantile(spread_sample(result.ink), kTail);
  for (float& value : result.ink.values) value -= paper;
  return result;
}

}  // namespace mlpctl::image
