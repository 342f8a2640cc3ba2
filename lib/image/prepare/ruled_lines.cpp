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

/// Where a line runs that was found in a part of a plane, which begins at this column.
struct Course {
  const PrintedLine& line;
  float start = 0;

  float left() const { return start + line.left(); }
  float right() const { return start + line.right(); }
  LineSegment at(float x) const { return line.at(x - start); }
};

/// A line's ink across it, as shares of its strongest.
class Profile {
 public:
  Profile(const InkView& ink, const Course& line) {
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

  static float usual_share(const InkView& ink, const Course& line, int off) {
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

/// Takes a line out where it crosses a column.
class Eraser {
 public:
  Eraser(Plane& ink, const Plane& before, bool turned, const Course& line, float level)
      : ink_(ink, turned),
        before_(before, turned),
        line_(line),
        level_(level),
        profile_(before_, line) {}

  /// Does nothing to what is no line. Returns whether it is one.
  bool erase() const {
    if (!profile_.is_line()) return false;
    const int left = std::max(0, static_cast<int>(line_.left()));
    const int right = std::min(ink_.width(), static_cast<int>(line_.right()) + 1);
    for (int x = left; x < right; ++x) erase_at(x, line_.at(static_cast<float>(x)));
    follow(left - 1, -1);
    follow(right, 1);
    return true;
  }

 private:
  void erase_at(int x, const LineSegment& here) const {
    const int middle = static_cast<int>(std::lround(here.y));
    const int top = std::max(0, middle + profile_.top());
    const int bottom = std::min(ink_.height() - 1, middle + profile_.bottom());
    const float across = crossing(before_, x, top, bottom);
    for (int y = top; y <= bottom; ++y) {
      const float value = before_.at(x, y), expected = here.ink * profile_.at(y - middle);
      // What is much darker than the line was written on it.
      const float surplus = (value - 1.4F * expected - 2 * level_) / (0.5F * here.ink);
      const float kept = value * std::clamp(surplus, 0.0F, 1.0F);
      ink_.at(x, y) = std::min(ink_.at(x, y), std::max(kept, across));
    }
  }

  /// Goes on from this column as long as the line does: in a strip that holds less than most of
  /// it, none was found.
  void follow(int x, int step) const {
    /// Ink as strong as the line's, as a share; and columns that may be without.
    constexpr float kFaintest = 0.5F, kStrongest = 2;
    constexpr int kGap = 8;
    /// How much of what it lies off is a bend of the line and not noise.
    constexpr float kTurn = 0.1F;
    int missing = 0;
    float off = 0;
    for (; x >= 0 && x < ink_.width() && missing <= kGap; x += step) {
      LineSegment here = line_.at(static_cast<float>(x));
      here.y += off;
      const int row = strongest_row(x, here.y);
      const float value = ink_.inside(x, row) ? before_.at(x, row) : 0;
      if (value > kFaintest * here.ink && value < kStrongest * here.ink) {
        missing = 0;
        off += kTurn * (static_cast<float>(row) - here.y);
      } else {
        ++missing;
      }
      erase_at(x, here);
    }
  }

  int strongest_row(int x, float y) const {
    constexpr int kAstray = 2;
    const int middle = static_cast<int>(std::lround(y));
    int best = middle;
    for (int row = middle - kAstray; row <= middle + kAstray; ++row) {
      if (!ink_.inside(x, row)) continue;
      if (!ink_.inside(x, best) || before_.at(x, row) > before_.at(x, best)) best = row;
    }
    return best;
  }

  View<Plane> ink_;
  InkView before_;
  Course line_;
  float level_;
  Profile profile_;
};

/// Takes these lines out, which were found in the part of the plane that begins at this column (or
/// row, where they are upright). Returns those that are lines.
std::vector<PrintedLine> remove_lines(Plane& ink, std::vector<PrintedLine> lines, LineWay way,
                                      float level, int start = 0) {
  if (lines.empty()) return lines;
  const Plane before = ink;
  std::erase_if(lines, [&](const PrintedLine& line) {
    const Course course{line, static_cast<float>(start)};
    return !Eraser(ink, before, way == LineWay::kUpright, course, level).erase();
  });
  return lines;
}

Plane rows_of(const Plane& plane, int top, int bottom) {
  Plane rows(plane.width, bottom - top);
  const auto from = plane.values.begin() + static_cast<std::ptrdiff_t>(plane.index(0, top));
  std::copy_n(from, rows.values.size(), rows.values.begin());
  return rows;
}

/// Takes out the upright lines of a table that is far lower than the picture: those that go from
/// its first level line to its last. Ruled paper fills the picture.
bool remove_uprights_between(Plane& ink, const std::vector<PrintedLine>& lines, float level) {
  /// Near the picture's ends, as a share, the page's own edge may be taken for a line.
  constexpr float kEnds = 0.08F;
  constexpr int kFewestLines = 3;
  constexpr float kLowTable = 0.75F, kTableSpan = 0.8F;
  const auto tall = static_cast<float>(ink.height);
  float first = tall, last = 0;
  int count = 0;
  for (const PrintedLine& line : lines) {
    const float left = line.at(line.left()).y, right = line.at(line.right()).y;
    const float middle = (left + right) / 2;
    if (middle < kEnds * tall || middle > (1 - kEnds) * tall) continue;
    first = std::min({first, left, right});
    last = std::max({last, left, right});
    ++count;
  }
  if (count < kFewestLines || last - first > kLowTable * tall) return false;
  const int top = std::clamp(static_cast<int>(first), 0, ink.height);
  const int bottom = std::clamp(static_cast<int>(last) + 1, top, ink.height);
  const Plane rows = rows_of(ink, top, bottom);
  return !remove_lines(ink, find_lines(rows, LineWay::kUpright, level, kTableSpan),
                       LineWay::kUpright, level, top)
              .empty();
}

}  // namespace

bool remove_ruled_lines(Plane& ink, float level, float span) {
  const std::vector<PrintedLine> across =
      remove_lines(ink, find_lines(ink, LineWay::kLevel, level, span), LineWay::kLevel, level);
  const std::vector<PrintedLine> upright =
      remove_lines(ink, find_lines(ink, LineWay::kUpright, level, span), LineWay::kUpright, level);
  const bool between = remove_uprights_between(ink, across, level);
  return between || !across.empty() || !upright.empty();
}

}  // namespace mlpctl::image
