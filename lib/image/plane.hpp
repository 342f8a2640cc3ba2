#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "image/picture.hpp"

namespace mlpctl::image {

/// A rectangle of values.
template <typename T>
struct Grid {
  int width = 0, height = 0;
  std::vector<T> values{};

  Grid() = default;
  Grid(int columns, int rows, T fill = {})
      : width(columns),
        height(rows),
        values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), fill) {}

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
  T& at(int x, int y) { return values[index(x, y)]; }
  const T& at(int x, int y) const { return values[index(x, y)]; }
  bool inside(int x, int y) const { return x >= 0 && y >= 0 && x < width && y < height; }
};

/// The values in a box that lies within the grid.
template <typename T>
Grid<T> cropped(const Grid<T>& grid, const Box& box) {
  Grid<T> part(box.width, box.height);
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) part.at(x, y) = grid.at(box.x + x, box.y + y);
  }
  return part;
}

using Plane = Grid<float>;
using Mask = Grid<std::uint8_t>;

/// The values at each of these places across, in each of these down, between pixel centres;
/// outside, the nearest edge's.
Plane sampled(const Plane& plane, std::span<const float> xs, std::span<const float> ys);

/// The centres of so many pixels of this size, in pixels of size 1.
std::vector<float> centres(int count, float step);

/// One channel's values.
Plane channel_of(const Picture& picture, int channel);

/// The picture's luma, 0 to 255 (ITU-R BT.601).
Plane grey_of(const Picture& picture);

/// Where the plane has more than this.
Mask above(const Plane& plane, float level);

/// Gaussian smoothing; outside, the nearest edge's values.
Plane blur(const Plane& plane, float sigma);

/// Lets `change` take some of the ink away where it is drawn so many times as large: what is left
/// of a pixel is the share that is left of its ink there. `change` returns whether it took any.
void change_enlarged(Plane& ink, int factor, const std::function<bool(Plane&)>& change);

/// Values from all over the plane: all of them, or of a large plane about `enough`. The default is
/// enough for a quantile of few values, kForMiddle for one near the middle.
inline constexpr std::size_t kForMiddle = std::size_t{1} << 16U;
std::vector<float> spread_sample(const Plane& plane, std::size_t enough = std::size_t{1} << 18U);

/// The value below which `share` (0 to 1) of the values lie; 0 for none.
float quantile(std::vector<float> values, double share);

/// The same where it is not less than `least`, in the time of a look at each value where few are
/// not less; none where it is less.
std::optional<float> quantile_from(std::vector<float> values, double share, float least);

}  // namespace mlpctl::image
