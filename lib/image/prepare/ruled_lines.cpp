#include "image/prepare/ruled_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "image/prepare/printed_line.hpp"

namespace mlpctl::image {
namespace {

/// Printed lines end so many pixels from where they were found at most.
constexpr int kHalfThickest = 16;

/// A plane as it is or with rows for columns.
template <typename Values>
class View {
 public:
  View(Values& plane, bool turned) : plane_(plane), turned_(turned) {}

  int width() const { return turned_ ? plane_.height : plane_.width; }
  int height() const { return turned_ ? plane_.width : plane_.height; }
  auto& at(int x, int y) const { return turned_ ? plane_.at(y, x) : plane_.at(x, y); }
  bool inside(int x, int y) const { return x >= 0 && y >= 0 && x < width() && y < height(); }

 private:
  Values& plane_;
  bool turned_;
};

using InkView = View<const Plane>;

/// A line's ink across it, as shares of its strongest.
class Profile {
 public:
  Profile(const InkView& ink, const PrintedLine& line) {
    std::array<float, kCount> shares{};
    for (int i = 0; i < kCount; ++i) shares[index(i)] = usual_share(ink, line, i - kHalfThickest);
    // The line's middle is known to a pixel or so.
    for (int i = 0; i < kCount; ++i) {
      const int from = std::max(0, i - 1), to = std::min(kCount - 1, i + 1);
      shares_[index(i)] = *std::max_element(&shares[index(from)], &shares[index(to)] + 1);
    }
    while (top_ > -kHalfThickest && at(top_ - 1) > kFaint) --top_;
    while (bottom_ < kHalfThickest && at(bottom_ + 1) > kFaint) ++bottom_;
  }

  float at(int off) const { return shares_[index(off + kHalfThickest)]; }
  /// Whether it ends on both sides, and is strongest where it was found: writing does not.
  bool is_line() const {
    const float most = *std::max_element(shares_.begin(), shares_.end());
    return top_ > -kHalfThickest && bottom_ < kHalfThickest && most < kMost;
  }
  int top() const { return top_; }
  int bottom() const { return bottom_; }

 private:
  static constexpr int kCount = 2 * kHalfThickest + 1;
  static constexpr float kFaint = 0.15F, kMost = 2, kStep = 8;

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  static float usual_share(const InkView& ink, const PrintedLine& line, int off) {
    std::vector<float> shares;
    for (float x = line.left(); x < line.right(); x += kStep) {
      const LineSegment here = line.at(x);
      const int y = static_cast<int>(std::lround(here.y)) + off;
      if (ink.inside(static_cast<int>(x), y)) {
        shares.push_back(ink.at(static_cast<int>(x), y) / here.ink);
      }
    }
    return quantile(std::move(shares), 0.5);
  }

  std::array<float, kCount> shares_{};
  int top_ = 0, bottom_ = 0;
};

/// The ink of a stroke that crosses rows top to bottom in column x, seen on both sides of them.
float crossing(const InkView& ink, int x, int top, int bottom) {
  float most = 0;
  const int lean = bottom - top;
  for (int off = -lean; off <= lean; ++off) {
    if (!ink.inside(x - off, top - 1) || !ink.inside(x + off, bottom + 1)) continue;
    most = std::max(most, std::min(ink.at(x - off, top - 1), ink.at(x + off, bottom + 1)));
  }
  return most;
}

void erase(const View<Plane>& ink, const InkView& before, const PrintedLine& line, float level) {
  const Profile profile(before, line);
  if (!profile.is_line()) return;
  const int left = std::max(0, static_cast<int>(line.left()));
  const int right = std::min(ink.width(), static_cast<int>(line.right()) + 1);
  for (int x = left; x < right; ++x) {
    const LineSegment here = line.at(static_cast<float>(x));
    const int middle = static_cast<int>(std::lround(here.y));
    const int top = std::max(0, middle + profile.top());
    const int bottom = std::min(ink.height() - 1, middle + profile.bottom());
    const float across = crossing(before, x, top, bottom);
    for (int y = top; y <= bottom; ++y) {
      const float value = before.at(x, y), expected = here.ink * profile.at(y - middle);
      // What is much darker than the line was written on it.
      const float surplus = (value - 1.4F * expected - 2 * level) / (0.5F * here.ink);
      const float kept = value * std::clamp(surplus, 0.0F, 1.0F);
      ink.at(x, y) = std::min(ink.at(x, y), std::max(kept, across));
    }
  }
}

void remove_lines(Plane& ink, LineWay way, float level, float span) {
  const std::vector<PrintedLine> lines = find_lines(ink, way, level, span);
  if (lines.empty()) return;
  const bool turned = way == LineWay::kUpright;
  const Plane before = ink;
  for (const PrintedLine& line : lines) erase({ink, turned}, {before, turned}, line, level);
}

}  // namespace

void remove_ruled_lines(Plane& ink, float level, float span) {
  for (const LineWay way : {LineWay::kLevel, LineWay::kUpright}) {
    remove_lines(ink, way, level, span);
  }
}

void remove_fine_ruled_lines(Plane& ink, int factor, float level, float span) {
  Plane large(ink.width * factor, ink.height * factor);
  const auto scale = static_cast<float>(factor);
  const auto at = [&](int i) { return (static_cast<float>(i) + 0.5F) / scale - 0.5F; };
  for (int y = 0; y < large.height; ++y) {
    for (int x = 0; x < large.width; ++x) large.at(x, y) = sample(ink, at(x), at(y));
  }
  const Plane before = large;
  remove_ruled_lines(large, level, span);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      float was = 0, is = 0;
      for (int v = y * factor; v < (y + 1) * factor; ++v) {
        for (int u = x * factor; u < (x + 1) * factor; ++u) {
          was += before.at(u, v);
          is += large.at(u, v);
        }
      }
      if (is != was) ink.at(x, y) *= std::clamp(is / was, 0.0F, 1.0F);
    }
  }
}

}  // namespace mlpctl::image
