#include "image/prepare/stroke.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace mlpctl::image {
namespace {

constexpr float kFar = 1e9F;

/// Squared distance along one line to the nearest zero, given squared distances across it: the
/// lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012).
class LineTransform {
 public:
  explicit LineTransform(int longest)
      : in_(static_cast<std::size_t>(longest)), vertex_(in_.size()), start_(in_.size() + 1) {}

  /// A zero is nearer to what lies behind it than all before it, so a line falls into the runs
  /// between its zeros, which belong to both of their runs.
  void run(std::span<float> line) {
    std::size_t begin = 0;
    while (begin < line.size()) {
      std::size_t end = begin + 1;
      while (end < line.size() && line[end] != 0) ++end;
      const std::size_t last = std::min(end + 1, line.size());
      if (last - begin > 2 || line[begin] != 0 || line[last - 1] != 0)
        transform(line.subspan(begin, last - begin));
      begin = end;
    }
  }

 private:
  void transform(std::span<float> line) {
    std::ranges::copy(line, in_.begin());
    // Which of the parabolas is the lowest, and from where on; what is far away is none of them.
    std::size_t count = 0;
    for (std::size_t q = 0; q < line.size(); ++q) {
      if (in_[q] >= kFar) continue;
      float cross = -kFar;
      while (count > 0 && (cross = intersection(q, vertex_[count - 1])) <= start_[count - 1])
        --count;
      start_[count] = count == 0 ? -kFar : cross;
      vertex_[count++] = q;
    }
    if (count == 0) return;
    start_[count] = kFar;
    std::size_t k = 0;
    for (std::size_t q = 0; q < line.size(); ++q) {
      while (start_[k + 1] < static_cast<float>(q)) ++k;
      const float d = static_cast<float>(q) - static_cast<float>(vertex_[k]);
      line[q] = std::min(kFar, d * d + in_[vertex_[k]]);
    }
  }

  float intersection(std::size_t q, std::size_t p) const {
    const auto fq = static_cast<float>(q), fp = static_cast<float>(p);
    return (in_[q] + fq * fq - in_[p] - fp * fp) / (2 * (fq - fp));
  }

  std::vector<float> in_;
  std::vector<std::size_t> vertex_;
  std::vector<float> start_;
};

/// Of each pixel of a plane of 0 and kFar, the squared distance to the nearest 0 in its column.
void square_in_columns(Plane& plane) {
  const auto width = static_cast<std::size_t>(plane.width);
  std::vector<float> steps(width, kFar);
  const auto row = [&](int y) { return plane.values.data() + static_cast<std::size_t>(y) * width; };
  for (int y = 0; y < plane.height; ++y) {
    float* const values = row(y);
    for (std::size_t x = 0; x < width; ++x)
      steps[x] = values[x] = values[x] == 0 ? 0 : std::min(kFar, steps[x] + 1);
  }
  for (int y = plane.height - 2; y >= 0; --y) {
    float *const values = row(y), *const below = row(y + 1);
    for (std::size_t x = 0; x < width; ++x) values[x] = std::min(values[x], below[x] + 1);
  }
  for (float& value : plane.values) value = std::min(kFar, value * value);
}

/// Squared distances along rows, given those in columns, as far as `reach`; what is farther is told
/// as some distance that is no nearer than it.
void square_near(Plane& plane, int reach) {
  const auto width = static_cast<std::size_t>(plane.width),
             margin = static_cast<std::size_t>(reach);
  std::vector<float> columns(width + 2 * margin, kFar);
  for (int y = 0; y < plane.height; ++y) {
    float* const row = plane.values.data() + static_cast<std::size_t>(y) * width;
    std::copy_n(row, width, columns.begin() + reach);
    for (std::size_t away = 1; away <= margin; ++away) {
      const auto squared = static_cast<float>(away * away);
      const float* const before = columns.data() + margin - away;
      const float* const behind = columns.data() + margin + away;
      for (std::size_t x = 0; x < width; ++x) {
        row[x] = std::min(row[x], std::min(before[x], behind[x]) + squared);
      }
    }
  }
}

/// The same along whole rows.
void square_in_rows(Plane& plane) {
  LineTransform line(plane.width);
  const auto width = static_cast<std::size_t>(plane.width);
  for (int y = 0; y < plane.height; ++y)
    line.run(std::span(plane.values).subspan(static_cast<std::size_t>(y) * width, width));
}

}  // namespace

Plane signed_distance(const Plane& plane, float level, int reach) {
  Plane to_ink(plane.width, plane.height), to_paper(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    const bool ink = plane.values[i] > level;
    to_ink.values[i] = ink ? 0 : kFar;
    to_paper.values[i] = ink ? kFar : 0;
  }
  square_in_columns(to_ink);
  square_near(to_ink, reach);
  square_in_columns(to_paper);
  square_in_rows(to_paper);
  // The edge runs half a pixel from the centres on both sides.
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    const float inside = to_paper.values[i];
    to_ink.values[i] = inside > 0 ? std::sqrt(inside) - 0.5F : 0.5F - std::sqrt(to_ink.values[i]);
  }
  return to_ink;
}

float stroke_width(const Plane& distance) {
  float sum = 0;
  int count = 0;
  for (const float value : distance.values) {
    if (value <= 0) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? 4 * sum / static_cast<float>(count) : 0;
}

float stroke_width_at_most(const Mask& mask) {
  int area = 0, along_rows = 0, along_columns = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) == 0) continue;
      ++area;
      along_rows += (x == 0 || mask.at(x - 1, y) == 0) ? 1 : 0;
      along_columns += (y == 0 || mask.at(x, y - 1) == 0) ? 1 : 0;
    }
  }
  if (area == 0) return 0;
  return static_cast<float>(area) / static_cast<float>(std::max(along_rows, along_columns));
}

}  // namespace mlpctl::image
