#include "image/prepare/printed_line.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

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

/// The same of kBlock pixels down each column.
Plane upright_blocks_of(const Plane& ink) {
  Plane out(ink.width, ink.height / kBlock);
  for (int b = 0; b < out.height; ++b) {
    float* sums = &out.at(0, b);
    for (int y = b * kBlock; y < (b + 1) * kBlock; ++y) {
      const float* row = &ink.at(0, y);
      for (int x = 0; x < ink.width; ++x) sums[x] += row[x];
    }
    for (int x = 0; x < ink.width; ++x) sums[x] /= kBlock;
  }
  return out;
}

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
  std::vector<LineSegment> segments(float level) const {
    const std::vector<LineSegment> best = best_through();
    std::vector<LineSegment> found;
    for (std::size_t y = 1; y + 1 < best.size(); ++y) {
      const float peak = best[y].ink;
      if (peak < 0.7F * level || peak < best[y - 1].ink || peak <= best[y + 1].ink) continue;
      // A thick line's ink is about the same all over it.
      std::size_t top = y, bottom = y;
      while (top > 0 && best[top - 1].ink > kPlateau * peak) --top;
      while (bottom + 1 < best.size() && best[bottom + 1].ink > kPlateau * peak) ++bottom;
      const LineSegment segment = refined(best[(top + bottom) / 2]);
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
  std::vector<LineSegment> best_through() const {
    std::vector<BestSlope> best(static_cast<std::size_t>(blocks_.width));
    for (float slope = -kSteepest; slope <= kSteepest; slope += slope_step()) {
      const std::vector<float> means = profile(slope);
      for (std::size_t y = 0; y < means.size(); ++y) best[y].offer(slope, means[y]);
    }
    std::vector<LineSegment> through;
    for (std::size_t y = 0; y < best.size(); ++y) {
      through.push_back({index_, static_cast<float>(y), best[y].slope(), best[y].ink()});
    }
    return through;
  }

  LineSegment refined(const LineSegment& about) const {
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

/// How far a segment lies from where the line would go on to; more than kMiss where it is no part
/// of it. One strip may be passed over.
float miss_of(const PrintedLine& line, const LineSegment& segment, float step) {
  /// A line prints evenly; noise beside it is fainter, writing on it darker.
  constexpr float kEven = 0.4F;
  /// Paper bends no more from strip to strip; where writing lies on a line the slope may be the
  /// writing's.
  constexpr float kBend = 0.045F;
  const LineSegment& last = line.last();
  const int strips = segment.strip - last.strip;
  const bool even = std::min(last.ink, segment.ink) > kEven * std::max(last.ink, segment.ink);
  if (strips < 1 || strips > 2 || !even) return 2 * kMiss;
  const float way = step * static_cast<float>(strips);
  float miss = 2 * kMiss;
  for (const float slope : {last.slope, line.chord()}) {
    if (std::abs(segment.slope - slope) > kBend) continue;
    miss = std::min(miss, std::abs(last.y + (slope + segment.slope) / 2 * way - segment.y));
  }
  return miss;
}

/// Joins a strip's segments to the lines that they continue, the strongest first.
void link(std::vector<PrintedLine>& lines, std::vector<LineSegment> segments, int width) {
  const float step = static_cast<float>(width) / (kStrips + 1);
  std::ranges::stable_sort(segments, std::ranges::greater(), &LineSegment::ink);
  for (const LineSegment& segment : segments) {
    PrintedLine* best = nullptr;
    float least = kMiss;
    for (PrintedLine& line : lines) {
      const float miss = miss_of(line, segment, step);
      if (miss >= least) continue;
      least = miss;
      best = &line;
    }
    if (best == nullptr) {
      lines.emplace_back(segment, width);
    } else {
      best->add(segment);
    }
  }
}

}  // namespace

float PrintedLine::left() const {
  return left_of(segments_.front().strip);
}

float PrintedLine::right() const {
  return left_of(segments_.back().strip + 2);
}

float PrintedLine::chord() const {
  const LineSegment &first = segments_.front(), &last = segments_.back();
  if (segments_.size() == 1) return last.slope;
  return (last.y - first.y) / (middle(last) - middle(first));
}

LineSegment PrintedLine::at(float x) const {
  std::size_t i = 0;
  while (i + 2 < segments_.size() && middle(segments_[i + 1]) < x) ++i;
  const LineSegment& a = segments_[i];
  if (segments_.size() == 1 || x <= middle(segments_.front())) return led(segments_.front(), x);
  const LineSegment& b = segments_[i + 1];
  if (x >= middle(b)) return led(b, x);
  const float t = (x - middle(a)) / (middle(b) - middle(a));
  return {a.strip, (1 - t) * led(a, x).y + t * led(b, x).y, 0, (1 - t) * a.ink + t * b.ink};
}

float PrintedLine::left_of(int strip) const {
  return static_cast<float>(strip) * static_cast<float>(width_) / (kStrips + 1);
}

LineSegment PrintedLine::led(const LineSegment& segment, float x) const {
  LineSegment out = segment;
  out.y += segment.slope * (x - middle(segment));
  return out;
}

std::vector<PrintedLine> find_lines(const Plane& ink, LineWay way, float level, float span) {
  const bool upright = way == LineWay::kUpright;
  const int width = upright ? ink.height : ink.width, height = upright ? ink.width : ink.height;
  std::vector<PrintedLine> lines;
  if (width < kBlock * (kStrips + 1) || height < kBlock) return lines;
  const Plane blocks = upright ? upright_blocks_of(ink) : blocks_of(ink);
  for (int i = 0; i < kStrips; ++i) {
    const Strip strip(blocks, i, 8 * level);
    link(lines, strip.segments(level), width);
  }
  std::erase_if(lines, [&](const PrintedLine& line) {
    return line.right() - line.left() < span * static_cast<float>(width);
  });
  return lines;
}

}  // namespace mlpctl::image
