#include "image/prepare/paper.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "image/prepare/smooth_paper.hpp"

namespace mlpctl::image {
namespace {

/// Half the window of the second, local look at pixels that are surely paper.
constexpr double kLocalReach = 0.06;

/// How much a pixel tells about the paper: the rim and most of all the corners are seldom written
/// on, which matters when thick strokes fill a small picture. Each of the three gets a like share.
float telling(int x, int y, const Plane& plane) {
  const float u = (static_cast<float>(x) + 0.5F) / static_cast<float>(plane.width);
  const float v = (static_cast<float>(y) + 0.5F) / static_cast<float>(plane.height);
  const float across = std::min(u, 1 - u), down = std::min(v, 1 - v);
  float weight = 1;
  if (std::min(across, down) < 0.1F) weight += 1 / 0.36F;
  if (across + down < 0.2F) weight += 1 / 0.08F;
  return weight;
}

struct Flat {
  float value = 0;   ///< the weighted median
  double share = 0;  ///< the weight of the pixels near it
};

/// The value that most of the telling pixels have, and how many have it.
Flat flat_paper(const Plane& plane, float tolerance) {
  std::array<double, 256> weights{};
  double total = 0;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const float weight = telling(x, y, plane);
      weights[static_cast<std::size_t>(plane.at(x, y))] += static_cast<double>(weight);
      total += static_cast<double>(weight);
    }
  }
  std::size_t median = 0;
  for (double below = weights[0]; below * 2 < total && median < 255;) below += weights[++median];
  Flat flat{static_cast<float>(median), 0};
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (std::abs(static_cast<float>(i) - flat.value) <= tolerance) flat.share += weights[i] / total;
  }
  return flat;
}

/// How many pixels of each level there are in a window, or in its part of a column.
using Histogram = std::array<std::uint32_t, 256>;

void add(Histogram& all, const Histogram& more) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i] += more[i];
}

void subtract(Histogram& all, const Histogram& part) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i] -= part[i];
}

/// A median that moves little from one window to the next.
class MovingMedian {
 public:
  /// The least level below or at which half of them are; of a window with something in it.
  std::size_t of(const Histogram& window, std::uint32_t total) {
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < median_; ++i) below += window[i];
    while ((below + window[median_]) * 2 < total) below += window[median_++];
    while (below * 2 >= total) below -= window[--median_];
    return median_;
  }

 private:
  std::size_t median_ = 0;
};

/// The median around each place in a window of 2 reach + 1 a side, cut at the picture's edge. The
/// histogram of a window is that of the one before with a column more and one less, and those of
/// the columns slide down (Perreault and Hebert 2007).
Plane running_median(const Plane& plane, int reach) {
  Plane out(plane.width, plane.height);
  std::vector<Histogram> columns(static_cast<std::size_t>(plane.width));
  const auto level = [&](int x, int y) {
    return static_cast<std::size_t>(std::clamp(plane.at(x, y), 0.0F, 255.0F));
  };
  const auto slide = [&](int y, std::uint32_t by) {
    if (y < 0 || y >= plane.height) return;
    for (int x = 0; x < plane.width; ++x) columns[static_cast<std::size_t>(x)][level(x, y)] += by;
  };
  for (int y = 0; y < reach; ++y) slide(y, 1);
  for (int y = 0; y < plane.height; ++y) {
    slide(y + reach, 1);
    slide(y - reach - 1, ~0U);
    const int rows = std::min(plane.height - 1, y + reach) - std::max(0, y - reach) + 1;
    Histogram window{};
    for (int x = 0; x < std::min(reach, plane.width); ++x) {
      add(window, columns[static_cast<std::size_t>(x)]);
    }
    MovingMedian median;
    for (int x = 0; x < plane.width; ++x) {
      const int left = x - reach - 1, right = x + reach;
      if (right < plane.width) add(window, columns[static_cast<std::size_t>(right)]);
      if (left >= 0) subtract(window, columns[static_cast<std::size_t>(left)]);
      const int across = std::min(plane.width - 1, right) - std::max(0, left + 1) + 1;
      out.at(x, y) =
          static_cast<float>(median.of(window, static_cast<std::uint32_t>(across * rows)));
    }
  }
  return out;
}

/// Sums over rectangles in constant time.
class BoxSums {
 public:
  explicit BoxSums(const Plane& plane) : sums_(plane.width + 1, plane.height + 1) {
    for (int y = 0; y < plane.height; ++y) {
      double row = 0;
      for (int x = 0; x < plane.width; ++x) {
        row += static_cast<double>(plane.at(x, y));
        sums_.at(x + 1, y + 1) = sums_.at(x + 1, y) + row;
      }
    }
  }
  float around(int x, int y, int reach) const {
    const int left = std::max(0, x - reach), right = std::min(sums_.width - 1, x + reach + 1);
    const int top = std::max(0, y - reach), bottom = std::min(sums_.height - 1, y + reach + 1);
    return static_cast<float>(sums_.at(right, bottom) - sums_.at(left, bottom) -
                              sums_.at(right, top) + sums_.at(left, top));
  }

 private:
  Grid<double> sums_;
};

/// Replaces the estimate by the local mean of what is surely paper, where there is any nearby.
Plane refine(const Plane& plane, const Plane& estimate, int reach) {
  std::vector<float> distances;
  distances.reserve(plane.values.size());
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    distances.push_back(std::abs(plane.values[i] - estimate.values[i]));
  }
  const float limit = std::max(6.0F, 3 * quantile(distances, 0.5));
  Plane sure(plane.width, plane.height), value(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    if (distances[i] > limit) continue;
    sure.values[i] = 1;
    value.values[i] = plane.values[i];
  }
  const BoxSums counts(sure), sums(value);
  // The first estimate counts like this many pixels, so that a few stray ones do not pull it.
  const float weight = 0.1F * static_cast<float>((2 * reach + 1) * (2 * reach + 1));
  Plane out(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      out.at(x, y) = (sums.around(x, y, reach) + weight * estimate.at(x, y)) /
                     (counts.around(x, y, reach) + weight);
    }
  }
  return out;
}

/// Light hardly changes over so few pixels as a small scan has.
float flat_tolerance(int side) {
  return side <= 40 ? 12 : side <= 200 ? 8 : 3;
}

/// One channel of the picture by one pixel of each block of a side so long, of other columns from
/// row to row, so that no table's lines are always or never met.
Plane picked(const Picture& picture, int channel, int step) {
  Plane out(picture.width / step, picture.height / step);
  for (int y = 0; y < out.height; ++y) {
    const int shift = y * (step / 2 + 1) % step;
    for (int x = 0; x < out.width; ++x) {
      out.at(x, y) = picture.at(x * step + shift, y * step + (x + y) % step, channel);
    }
  }
  return out;
}

/// Medians follow thick strokes near dark frames, as in cells of tables: in pictures up to this
/// side, where the paper is looked for as widely as this, it is taken for smooth where it may be.
constexpr int kSmoothSide = 256;
constexpr double kSmoothReach = 0.25;

}  // namespace

Paper::Paper(const Picture& picture, const Picture& small, double reach, PaperLook look) {
  const int side = std::max(picture.width, picture.height);
  const float tolerance = flat_tolerance(side);
  for (int channel = 0; channel < small.channels; ++channel) {
    colours_.push_back(channel_of(small, channel));
  }
  std::vector<Flat> flats;
  const auto look_at = [&](const auto& plane_of) {
    flats.clear();
    for (int channel = 0; channel < small.channels; ++channel) {
      flats.push_back(flat_paper(plane_of(channel), tolerance));
    }
    return std::ranges::all_of(flats, [](const Flat& flat) { return flat.share > 0.5; });
  };
  const int step = picture.width / small.width;
  flat_ = look_at(
      [&](int channel) -> const Plane& { return colours_[static_cast<std::size_t>(channel)]; });
  // The lines of a dense table are part of most of the small picture's pixels.
  if (!flat_ && step > 1 && step <= picture.height) {
    flat_ = look_at([&](int channel) { return picked(picture, channel, step); });
  }
  SmoothPaper smooth;
  if (!flat_ && look == PaperLook::kLikeliest && side <= kSmoothSide && reach >= kSmoothReach) {
    smooth = smooth_paper(colours_);
  }
  doubtful_ = smooth.doubtful;
  const int small_side = std::max(small.width, small.height);
  const auto pixels = [&](double share) {
    return std::max(1, static_cast<int>(share * small_side));
  };
  for (std::size_t c = 0; c < colours_.size(); ++c) {
    Plane& plane = colours_[c];
    if (flat_) {
      plane = Plane(small.width, small.height, flats[c].value);
    } else if (smooth.colours.empty()) {
      plane = refine(plane, running_median(plane, pixels(reach)), pixels(kLocalReach));
    } else {
      plane = refine(plane, smooth.colours[c], pixels(kLocalReach));
    }
  }
}

}  // namespace mlpctl::image
