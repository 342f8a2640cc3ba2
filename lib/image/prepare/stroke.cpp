#include "image/prepare/stroke.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlpctl::image {
namespace {

constexpr float kFar = 1e9F;

/// Squared distance along one line to the nearest zero, given squared distances across it: the
/// lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012).
class LineTransform {
 public:
  explicit LineTransform(int longest)
      : in_(static_cast<std::size_t>(longest)), vertex_(in_.size()), start_(in_.size() + 1) {}

  /// value(i) is the i-th value of the line.
  template <typename Value>
  void run(int count, const Value& value) {
    for (int i = 0; i < count; ++i) in_[static_cast<std::size_t>(i)] = value(i);
    std::size_t last = 0;
    vertex_[0] = 0;
    start_[0] = -kFar;
    start_[1] = kFar;
    for (int q = 1; q < count; ++q) {
      float cross = intersection(q, vertex_[last]);
      while (last > 0 && cross <= start_[last]) cross = intersection(q, vertex_[--last]);
      vertex_[++last] = q;
      start_[last] = cross;
      start_[last + 1] = kFar;
    }
    std::size_t k = 0;
    for (int q = 0; q < count; ++q) {
      while (start_[k + 1] < static_cast<float>(q)) ++k;
      const auto d = static_cast<float>(q - vertex_[k]);
      value(q) = std::min(kFar, d * d + in_[static_cast<std::size_t>(vertex_[k])]);
    }
  }

 private:
  float intersection(int q, int p) const {
    const auto fq = static_cast<float>(q), fp = static_cast<float>(p);
    return (in_[static_cast<std::size_t>(q)] + fq * fq - in_[static_cast<std::size_t>(p)] -
            fp * fp) /
           (2 * (fq - fp));
  }

  std::vector<float> in_;
  std::vector<int> vertex_;
  std::vector<float> start_;
};

/// Turns a plane of 0 (here) and kFar (elsewhere) into distances to the nearest 0.
void distance_in_place(Plane& plane) {
  LineTransform line(std::max(plane.width, plane.height));
  for (int x = 0; x < plane.width; ++x) {
    line.run(plane.height, [&](int y) -> float& { return plane.at(x, y); });
  }
  for (int y = 0; y < plane.height; ++y) {
    line.run(plane.width, [&](int x) -> float& { return plane.at(x, y); });
  }
  for (float& value : plane.values) value = std::sqrt(value);
}

}  // namespace

Plane signed_distance(const Plane& plane, float level) {
  Plane to_ink(plane.width, plane.height), to_paper(plane.width, plane.height);
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    const bool ink = plane.values[i] > level;
    to_ink.values[i] = ink ? 0 : kFar;
    to_paper.values[i] = ink ? kFar : 0;
  }
  distance_in_place(to_ink);
  distance_in_place(to_paper);
  // The edge runs half a pixel from the centres on both sides.
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    to_ink.values[i] = to_paper.values[i] > 0 ? to_paper.values[i] - 0.5F : 0.5F - to_ink.values[i];
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

}  // namespace mlpctl::image
