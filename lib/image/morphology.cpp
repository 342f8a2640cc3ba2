#include "image/morphology.hpp"

#include <algorithm>

namespace mlpctl::image {
namespace {

/// The running extreme of one row by van Herk and Gil-Werman: three comparisons a pixel whatever
/// the window. `row` and `out` hold `count` values.
template <typename Pick>
class RunningExtreme {
 public:
  RunningExtreme(int reach, float none, Pick pick) : reach_(reach), none_(none), pick_(pick) {}

  void run(const float* row, float* out, int count) {
    const int window = 2 * reach_ + 1;
    const int padded = (count + 2 * reach_ + window - 1) / window * window;
    values_.assign(static_cast<std::size_t>(padded), none_);
    std::copy_n(row, count, values_.begin() + reach_);
    forward_ = values_;
    backward_ = values_;
    for (int block = 0; block < padded; block += window) {
      for (int i = block + 1; i < block + window; ++i) at(forward_, i) = best(forward_, i, i - 1);
      for (int i = block + window - 2; i >= block; --i) {
        at(backward_, i) = best(backward_, i, i + 1);
      }
    }
    for (int i = 0; i < count; ++i) {
      out[i] = pick_(at(backward_, i), at(forward_, i + window - 1));
    }
  }

 private:
  static float& at(std::vector<float>& values, int i) {
    return values[static_cast<std::size_t>(i)];
  }
  float best(std::vector<float>& values, int i, int j) {
    return pick_(at(values, i), at(values, j));
  }

  int reach_;
  float none_;
  Pick pick_;
  std::vector<float> values_, forward_, backward_;
};

template <typename Pick>
Plane across(const Plane& plane, RunningExtreme<Pick>& running) {
  Plane out(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    running.run(&plane.at(0, y), &out.at(0, y), plane.width);
  }
  return out;
}

template <typename Pick>
Plane extreme(const Plane& plane, int reach, float none, Pick pick) {
  RunningExtreme<Pick> running(reach, none, pick);
  return transposed(across(transposed(across(plane, running)), running));
}

constexpr float kHuge = 1e30F;

/// The plane with its edges' values repeated outwards.
Plane extended(const Plane& plane, int margin) {
  Plane out(plane.width + 2 * margin, plane.height + 2 * margin);
  for (int y = 0; y < out.height; ++y) {
    const float* row = &plane.at(0, std::clamp(y - margin, 0, plane.height - 1));
    float* to = &out.at(0, y);
    std::fill_n(to, margin, row[0]);
    std::copy_n(row, plane.width, to + margin);
    std::fill_n(to + margin + plane.width, margin, row[plane.width - 1]);
  }
  return out;
}

Plane without_margin(const Plane& plane, int margin) {
  Plane out(plane.width - 2 * margin, plane.height - 2 * margin);
  for (int y = 0; y < out.height; ++y) {
    std::copy_n(&plane.at(margin, y + margin), out.width, &out.at(0, y));
  }
  return out;
}

}  // namespace

Plane eroded(const Plane& plane, int reach) {
  return extreme(plane, reach, kHuge, [](float a, float b) { return std::min(a, b); });
}

Plane dilated(const Plane& plane, int reach) {
  return extreme(plane, reach, -kHuge, [](float a, float b) { return std::max(a, b); });
}

Plane opened(const Plane& plane, int reach) {
  const int margin = 2 * reach;
  return without_margin(dilated(eroded(extended(plane, margin), reach), reach), margin);
}

Plane median_of_nine(const Plane& plane) {
  Plane out(plane.width, plane.height);
  const auto low = [](float a, float b) { return std::min(a, b); };
  const auto high = [](float a, float b) { return std::max(a, b); };
  const auto middle = [&](float a, float b, float c) {
    return high(low(a, b), low(high(a, b), c));
  };
  std::vector<float> least(static_cast<std::size_t>(plane.width) + 2), mid(least.size()),
      most(least.size());
  for (int y = 0; y < plane.height; ++y) {
    const int up = std::max(0, y - 1), down = std::min(plane.height - 1, y + 1);
    for (std::size_t i = 0; i < least.size(); ++i) {
      const int x = std::clamp(static_cast<int>(i) - 1, 0, plane.width - 1);
      const float a = plane.at(x, up), b = plane.at(x, y), c = plane.at(x, down);
      least[i] = low(low(a, b), c);
      mid[i] = middle(a, b, c);
      most[i] = high(high(a, b), c);
    }
    for (int x = 0; x < plane.width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      // The median is that of the largest of the least, the middle of the middle and the least of
      // the largest of the three columns.
      out.at(x, y) = middle(high(high(least[i], least[i + 1]), least[i + 2]),
                            middle(mid[i], mid[i + 1], mid[i + 2]),
                            low(low(most[i], most[i + 1]), most[i + 2]));
    }
  }
  return out;
}

}  // namespace mlpctl::image
