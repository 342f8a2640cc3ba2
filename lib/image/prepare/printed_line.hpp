#pragma once

#include <vector>

#include "image/plane.hpp"

namespace mlpctl::image {

/// A piece of a printed line so short that it is straight.
struct LineSegment {
  int strip = 0;           ///< the piece of the picture's width that it spans
  float y = 0, slope = 0;  ///< in the middle of the strip
  float ink = 0;           ///< what the line has nearly everywhere
};

/// A nearly level (or upright: see find_lines) printed line, slightly bent as paper is, across
/// several strips of a picture.
class PrintedLine {
 public:
  /// width: the picture's, or its height where the line is upright.
  PrintedLine(LineSegment segment, int width) : segments_{segment}, width_(width) {}

  const LineSegment& last() const { return segments_.back(); }
  /// The slope from its first segment to its last, which writing on one of them hardly turns.
  float chord() const;
  /// Goes on with a segment further to the right.
  void add(LineSegment segment) { segments_.push_back(segment); }

  float left() const;
  float right() const;
  /// Where it passes column x, and its ink there.
  LineSegment at(float x) const;

 private:
  float left_of(int strip) const;
  float middle(const LineSegment& segment) const { return left_of(segment.strip + 1); }
  LineSegment led(const LineSegment& segment, float x) const;

  std::vector<LineSegment> segments_;
  int width_;
};

enum class LineWay { kLevel, kUpright };

/// The lines that go this way with more ink than level and span at least that share of the picture;
/// upright ones as if the picture lay on its side, rows for columns.
std::vector<PrintedLine> find_lines(const Plane& ink, LineWay way, float level, float span);

}  // namespace mlpctl::image
