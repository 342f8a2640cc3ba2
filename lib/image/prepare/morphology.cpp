#include "image/prepare/morphology.hpp"

#include <algorithm>
#include <array>

namespace mlpctl::image {
namespace {

/// Columns that are worked on together: a few vectors' worth, whose window stays in the cache.
constexpr int kTogether = 64;

/// The running extreme down columns by van Herk and Gil-Werman: three comparisons a pixel whatever
/// the window, and each for many columns at a time.
template <typename Pick>
class RunningExtreme {
 public:
  RunningExtreme(int reach, float none, Pick pick)
      : reach_(reach), window_(2 * reach + 1), none_(none), pick_(pick) {
    suffixes_.resize(static_cast<std::size_t>(window_) * kTogether);
  }

  /// `in` and `out` hold `height` rows, `stride` values apart, of `count` columns, at most
  /// kTogether.
  void run(const float* in, float* out, int height, int stride, int count) {
    const auto row = [&](int y) { return in + static_cast<std::ptrdiff_t>(y) * stride; };
    std::array<float, kTogether> prefix{};
    for (int block = 0; block < height; block += window_) {
      // Windows that begin in this block: its rows from there on, and the next block's up to there.
      prefix.fill(none_);
      for (int j = window_ - 1; j >= 0; --j) {
        const int y = block + j - reach_;
        if (y >= 0 && y < height) fold(prefix.data(), row(y), count);
        std::copy_n(prefix.data(), count, suffix(j));
      }
      prefix.fill(none_);
      for (int j = 0; j < window_ && block + j < height; ++j) {
        const int y = block + j + reach_;
        if (j > 0 && y < height) fold(prefix.data(), row(y), count);
        float* to = out + static_cast<std::ptrdiff_t>(block + j) * stride;
        const float* late = suffix(j);
        for (int x = 0; x < count; ++x) to[x] = pick_(late[x], prefix[static_cast<std::size_t>(x)]);
      }
    }
  }

 private:
  float* suffix(int j) { return suffixes_.data() + static_cast<std::ptrdiff_t>(j) * kTogether; }
  void fold(float* sums, const float* row, int count) const {
    for (int x = 0; x < count; ++x) sums[x] = pick_(sums[x], row[x]);
  }

  int reach_, window_;
  float none_;
  Pick pick_;
  std::vector<float> suffixes_;
};

template <typename Pick>
void down(const Plane& plane, Plane& out, RunningExtreme<Pick>& running) {
  for (int x = 0; x < plane.width; x += kTogether) {
    running.run(&plane.at(x, 0), &out.at(x, 0), plane.height, plane.width,
                std::min(kTogether, plane.width - x));
  }
}

/// Along the rows: a few at a time are laid on their side.
template <typename Pick>
void across(Plane& plane, RunningExtreme<Pick>& running) {
  Plane turned(kTogether, plane.width), result(kTogether, plane.width);
  for (int top = 0; top < plane.height; top += kTogether) {
    const int count = std::min(kTogether, plane.height - top);
    for (int x = 0; x < plane.width; ++x) {
      for (int i = 0; i < count; ++i) turned.at(i, x) = plane.at(x, top + i);
    }
    running.run(turned.values.data(), result.values.data(), plane.width, kTogether, count);
    for (int i = 0; i < count; ++i) {
      for (int x = 0; x < plane.width; ++x) plane.at(x, top + i) = result.at(i, x);
    }
  }
}

template <typename Pick>
Plane extreme(const Plane& plane, int reach, float none, Pick pick) {
  Plane out(plane.width, plane.height);
  if (plane.values.empty()) return out;
  RunningExtreme<Pick> running(reach, none, pick);
  down(plane, out, running);
  across(out, running);
  return out;
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
  const int margin = reach;
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
