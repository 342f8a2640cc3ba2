#include "image/ink.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::image {
namespace {

using Vector = std::array<float, 3>;

/// Differences from the paper of every pixel of the small picture, a vector a pixel.
std::vector<Vector> differences(const Paper& paper) {
  const Picture& small = paper.small();
  const auto channels = static_cast<std::size_t>(small.channels);
  std::vector<Vector> all(small.pixels.size() / channels);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      all[i][c] = static_cast<float>(small.pixels[i * channels + c]) - paper.colours()[c].values[i];
    }
  }
  return all;
}

float dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// Counts for less towards the edge of the picture, where tables and fingers are.
float centrality(std::size_t i, const Picture& picture) {
  const auto width = static_cast<std::size_t>(picture.width);
  const float x = (static_cast<float>(i % width) + 0.5F) / static_cast<float>(picture.width);
  const float y = (static_cast<float>(i / width) + 0.5F) / static_cast<float>(picture.height);
  const float edge = std::min(std::min(x, 1 - x), std::min(y, 1 - y));
  return std::min(1.0F, 0.1F + 4 * edge);
}

/// The direction in which the strongest differences point: the first axis of their second moments,
/// with the side on which their weight lies.
Vector main_direction(const std::vector<Vector>& all, const Picture& small) {
  std::vector<float> lengths(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) lengths[i] = dot(all[i], all[i]);
  const float strong = 0.16F * quantile(lengths, 0.995);
  std::array<Vector, 3> moments{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (lengths[i] < strong) continue;
    const float weight = centrality(i, small);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) moments[r][c] += weight * all[i][r] * all[i][c];
    }
  }
  Vector axis{0.6F, 0.62F, 0.5F};
  for (int round = 0; round < 20; ++round) {
    const Vector next{dot(moments[0], axis), dot(moments[1], axis), dot(moments[2], axis)};
    const float length = std::sqrt(dot(next, next));
    if (length <= 0) return {};
    for (std::size_t c = 0; c < 3; ++c) axis[c] = next[c] / length;
  }
  float skew = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (lengths[i] < strong) continue;
    const float along = dot(all[i], axis);
    skew += centrality(i, small) * along * along * along;
  }
  if (skew < 0) {
    for (float& value : axis) value = -value;
  }
  return axis;
}

}  // namespace

Ink::Ink(const Picture& picture, double reach) : picture_(picture), paper_(picture, reach) {
  direction_ = main_direction(differences(paper_), paper_.small());
}

Plane Ink::render(const Box& box, int factor) const {
  const auto channels = static_cast<std::size_t>(picture_.channels);
  Plane out(box.width / factor, box.height / factor);
  const float area = static_cast<float>(factor * factor);
  const auto step = static_cast<float>(paper_.factor());
  // The paper is smooth, so its part is taken once for a whole cell.
  Plane paper(paper_.small().width, paper_.small().height);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < paper.values.size(); ++i) {
      paper.values[i] += direction_[c] * paper_.colours()[c].values[i];
    }
  }
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const int left = box.x + x * factor, top = box.y + y * factor;
      std::array<std::uint32_t, 3> sums{};
      for (int row = top; row < top + factor; ++row) {
        const std::uint8_t* in =
            picture_.pixels.data() +
            (static_cast<std::size_t>(row) * static_cast<std::size_t>(picture_.width) +
             static_cast<std::size_t>(left)) *
                channels;
        for (int column = 0; column < factor; ++column) {
          for (std::size_t c = 0; c < channels; ++c) sums[c] += *in++;
        }
      }
      float value = 0;
      for (std::size_t c = 0; c < channels; ++c) {
        value += direction_[c] * static_cast<float>(sums[c]);
      }
      const float half = 0.5F * static_cast<float>(factor);
      const float u = (static_cast<float>(left) + half) / step - 0.5F;
      const float v = (static_cast<float>(top) + half) / step - 0.5F;
      out.at(x, y) = value / area - sample(paper, u, v);
    }
  }
  return out;
}

}  // namespace mlpctl::image
