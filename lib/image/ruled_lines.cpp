#include "image/ruled_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mlpctl::image {
namespace {

/// Pages are seldom photographed more askew.
constexpr float kSteepest = 0.1F;
/// A line is looked for in strips of the picture, each half over the next, within which it is
/// straight; and in pixels averaged along it, which leaves little noise.
constexpr int kStrips = 7, kBlock = 8;
/// Between two slopes that are tried the ends of a strip's line move by this many pixels.
constexpr float kEndStep = 1.3F;
/// The share of a strip's blocks that may be without the line.
constexpr double kMissing = 0.3;
/// How even a line's ink is across it.
constexpr float kPlateau = 0.8F;
/// Pixels by which a line may miss where the strip before leads.
constexpr float kMiss = 4;
/// Printed lines end so many pixels from where they were found at most.
constexpr int kHalfThickest = 16;

Plane transposed(const Plane& plane) {
  Plane out(plane.height, plane.width);
  constexpr int kTile = 32;
  for (int top = 0; top < plane.height; top += kTile) {
    for (int x = 0; x < plane.width; ++x) {
      for (int y = top; y < std::min(top + kTile, plane.height); ++y) out.at(y, x) = plane.at(x, y);
    }
  }
  return out;
}

/// Means of kBlock pixels along each row, each column of them in a row of its own.
Plane blocks_of(const Plane& ink) {
  Plane out(ink.height, ink.width / kBlock);
  for (int y = 0; y < ink.height; ++y) {
    for (int b = 0; b < out.height; ++b) {
      float sum = 0;
      for (int x = b * kBlock; x < (b + 1) * kBlock; ++x) sum += ink.at(x, y);
      out.at(y, b) = sum / kBlock;
    }
  }
  return out;
}

/// A line within one strip.
struct Segment {
  int strip = 0;
  float y = 0, slope = 0;  ///< in the middle of the strip
  float ink = 0;           ///< what the line has nearly everywhere
};

/// The slope with the most ink; the middle of those with nearly as much, as a thick line has.
class BestSlope {
 public:
  void offer(float slope, float ink) {
    if (ink > ink_ / kNearly) first_ = slope;
    if (ink > ink_ * kNearly) last_ = slope;
    ink_ = std::max(ink_, ink);
  }
  float slope() const { return (first_ + last_) / 2; }
  float ink() const { return ink_; }

 private:
  static constexpr float kNearly = 0.97F;
  float ink_ = 0, first_ = 0, last_ = 0;
};

class Strip {
 public:
  /// most: what more ink than this counts as, lest writing outweigh lines.
  Strip(const Plane& blocks, int index, float most)
      : blocks_(blocks),
        most_(most),
        index_(index),
        count_(blocks.height * 2 / (kStrips + 1)),
        first_(std::min(index * blocks.height / (kStrips + 1), blocks.height - count_)) {}

  float middle() const { return (static_cast<float>(first_) + half()) * kBlock; }
  float slope_step() const { return kEndStep / (half() * kBlock); }

  /// Mean ink of the lines of this slope, for each y in the middle of the strip.
  std::vector<float> profile(float slope) const {
    std::vector<float> sums(static_cast<std::size_t>(blocks_.width));
    for (int b = 0; b < count_; ++b) {
      const int shift = shift_at(b, slope);
      const int from = std::max(0, -shift), to = std::min(blocks_.width, blocks_.width - shift);
      const float* row = &blocks_.at(0, first_ + b);
      for (int y = from; y < to; ++y)
        sums[static_cast<std::size_t>(y)] += std::min(most_, row[y + shift]);
    }
    for (float& sum : sums) sum /= static_cast<float>(count_);
    return sums;
  }

  /// Every line with more ink than level.
  std::vector<Segment> segments(float level) const {
    const std::vector<Segment> best = best_through();
    std::vector<Segment> found;
    for (std::size_t y = 1; y + 1 < best.size(); ++y) {
      const float peak = best[y].ink;
      if (peak < 0.7F * level || peak < best[y - 1].ink || peak <= best[y + 1].ink) continue;
      // A thick line's ink is about the same all over it.
      std::size_t top = y, bottom = y;
      while (top > 0 && best[top - 1].ink > kPlateau * peak) --top;
      while (bottom + 1 < best.size() && best[bottom + 1].ink > kPlateau * peak) ++bottom;
      const Segment segment = refined(best[(top + bottom) / 2]);
      if (segment.ink < level) continue;
      if (!found.empty() && segment.y - found.back().y < kMiss) {
        if (segment.ink > found.back().ink) found.back() = segment;
      } else {
        found.push_back(segment);
      }
    }
    return found;
  }

 private:
  float half() const { return static_cast<float>(count_) / 2; }
  int shift_at(int block, float slope) const {
    const float away = (static_cast<float>(block) + 0.5F - half()) * kBlock;
    return static_cast<int>(std::lround(slope * away));
  }

  float ink_along(int y, float slope) const {
    std::vector<float> seen;
    for (int b = 0; b < count_; ++b) {
      const int at = y + shift_at(b, slope);
      float most = 0;
      for (int v = std::max(0, at - 1); v <= std::min(blocks_.width - 1, at + 1); ++v) {
        most = std::max(most, blocks_.at(v, first_ + b));
      }
      seen.push_back(most);
    }
    return quantile(std::move(seen), kMissing);
  }

  /// For each y in the middle of the strip the slope with the most ink.
  std::vector<Segment> best_through() const {
    std::vector<BestSlope> best(static_cast<std::size_t>(blocks_.width));
    for (float slope = -kSteepest; slope <= kSteepest; slope += slope_step()) {
      const std::vector<float> means = profile(slope);
      for (std::size_t y = 0; y < means.size(); ++y) best[y].offer(slope, means[y]);
    }
    std::vector<Segment> through;
    for (std::size_t y = 0; y < best.size(); ++y) {
      through.push_back({index_, static_cast<float>(y), best[y].slope(), best[y].ink()});
    }
    return through;
  }

  Segment refined(const Segment& about) const {
    BestSlope best;
    for (int i = -3; i <= 3; ++i) {
      const float slope = about.slope + static_cast<float>(i) / 2 * slope_step();
      best.offer(slope, ink_along(static_cast<int>(about.y), slope));
    }
    return {index_, about.y, best.slope(), best.ink()};
  }

  const Plane& blocks_;
  float most_;
  int index_, count_, first_;
};

/// A printed line across several strips.
class Line {
 public:
  Line(Segment segment, int width) : segments_{segment}, width_(width) {}

  const Segment& last() const { return segments_.back(); }
  void add(Segment segment) { segments_.push_back(segment); }

  float left() const { return left_of(segments_.front().strip); }
  float right() const { return left_of(segments_.back().strip + 2); }

  Segment at(float x) const {
    std::size_t i = 0;
    while (i + 2 < segments_.size() && middle(segments_[i + 1]) < x) ++i;
    const Segment& a = segments_[i];
    if (segments_.size() == 1 || x <= middle(segments_.front())) return led(segments_.front(), x);
    const Segment& b = segments_[i + 1];
    if (x >= middle(b)) return led(b, x);
    const float t = (x - middle(a)) / (middle(b) - middle(a));
    return {a.strip, (1 - t) * led(a, x).y + t * led(b, x).y, 0, (1 - t) * a.ink + t * b.ink};
  }

 private:
  float left_of(int strip) const {
    return static_cast<float>(strip) * static_cast<float>(width_) / (kStrips + 1);
  }
  float middle(const Segment& segment) const { return left_of(segment.strip + 1); }
  Segment led(const Segment& segment, float x) const {
    Segment out = segment;
    out.y += segment.slope * (x - middle(segment));
    return out;
  }

  std::vector<Segment> segments_;
  int width_;
};

/// Joins what continues from strip to strip; one strip may be passed over.
void link(std::vector<Line>& lines, const std::vector<Segment>& segments, const Plane& ink) {
  const float step = static_cast<float>(ink.width) / (kStrips + 1);
  for (const Segment& segment : segments) {
    Line* best = nullptr;
    float least = kMiss;
    for (Line& line : lines) {
      const Segment& last = line.last();
      const int strips = segment.strip - last.strip;
      if (strips < 1 || strips > 2) continue;
      const float way = step * static_cast<float>(strips);
      const float miss = std::abs(last.y + (last.slope + segment.slope) / 2 * way - segment.y);
      if (miss >= least) continue;
      least = miss;
      best = &line;
    }
    if (best == nullptr) {
      lines.emplace_back(segment, ink.width);
    } else {
      best->add(segment);
    }
  }
}

std::vector<Line> level_lines(const Plane& ink, float level, float span) {
  std::vector<Line> lines;
  if (ink.width < kBlock * (kStrips + 1) || ink.height < kBlock) return lines;
  const Plane blocks = blocks_of(ink);
  for (int i = 0; i < kStrips; ++i) {
    const Strip strip(blocks, i, 8 * level);
    link(lines, strip.segments(level), ink);
  }
  std::erase_if(lines, [&](const Line& line) {
    return line.right() - line.left() < span * static_cast<float>(ink.width);
  });
  return lines;
}

/// A line's ink across it, as shares of its strongest.
class Profile {
 public:
  Profile(const Plane& ink, const Line& line) {
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
  static constexpr float kFaint = 0.15F, kMost = 2;

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  static float usual_share(const Plane& ink, const Line& line, int off) {
    std::vector<float> shares;
    for (float x = line.left(); x < line.right(); x += kBlock) {
      const Segment here = line.at(x);
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
float crossing(const Plane& ink, int x, int top, int bottom) {
  float most = 0;
  const int lean = bottom - top;
  for (int off = -lean; off <= lean; ++off) {
    if (!ink.inside(x - off, top - 1) || !ink.inside(x + off, bottom + 1)) continue;
    most = std::max(most, std::min(ink.at(x - off, top - 1), ink.at(x + off, bottom + 1)));
  }
  return most;
}

void erase(Plane& ink, const Plane& before, const Line& line, float level) {
  const Profile profile(before, line);
  if (!profile.is_line()) return;
  const int left = std::max(0, static_cast<int>(line.left()));
  const int right = std::min(ink.width, static_cast<int>(line.right()) + 1);
  for (int x = left; x < right; ++x) {
    const Segment here = line.at(static_cast<float>(x));
    const int middle = static_cast<int>(std::lround(here.y));
    const int top = std::max(0, middle + profile.top());
    const int bottom = std::min(ink.height - 1, middle + profile.bottom());
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

void remove_level_lines(Plane& ink, float level, float span) {
  const std::vector<Line> lines = level_lines(ink, level, span);
  if (lines.empty()) return;
  const Plane before = ink;
  for (const Line& line : lines) erase(ink, before, line, level);
}

}  // namespace

void remove_ruled_lines(Plane& ink, float level, float span) {
  remove_level_lines(ink, level, span);
  Plane turned = transposed(ink);
  remove_level_lines(turned, level, span);
  ink = transposed(turned);
}

}  // namespace mlpctl::image
