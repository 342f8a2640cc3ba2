#include "image/prepare/thick_strokes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

using mlpctl::image::Plane;
using mlpctl::image::thick_strokes;

namespace {

constexpr float kInk = 100, kHalfInk = 50;

/// A nought of a pen this wide.
Plane nought(int side, float pen) {
  Plane ink(side, side);
  const float middle = static_cast<float>(side) / 2, radius = 0.3F * static_cast<float>(side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const float away = std::hypot(static_cast<float>(x) - middle, static_cast<float>(y) - middle);
      if (std::abs(away - radius) < pen / 2) ink.at(x, y) = kInk;
    }
  }
  return ink;
}

/// The same with a line of this width from corner to corner.
Plane crossed(Plane ink, float width) {
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (std::abs(static_cast<float>(x - y)) < width * 0.707F) ink.at(x, y) = kInk;
    }
  }
  return ink;
}

mlpctl::image::Box all_of(const Plane& plane) {
  return {0, 0, plane.width, plane.height};
}

int differing(const Plane& a, const Plane& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    count += (a.values[i] > kHalfInk) == (b.values[i] > kHalfInk) ? 0 : 1;
  }
  return count;
}

int area_of(const Plane& plane) {
  return differing(plane, Plane(plane.width, plane.height));
}

}  // namespace

TEST_CASE("a thin line through a broad stroke is taken out at any size") {
  for (const int side : {48, 100, 300, 700}) {
    CAPTURE(side);
    const float pen = 0.12F * static_cast<float>(side);
    const Plane digit = nought(side, pen), both = crossed(digit, pen / 5);
    const auto thick = thick_strokes(both, all_of(both), kHalfInk);
    REQUIRE(thick.has_value());
    // Where the line enters the stroke a stub stays.
    CHECK(differing(*thick, digit) < 0.3 * differing(both, digit));
  }
}

TEST_CASE("of strokes of one width nothing is lost") {
  for (const float pen : {1.0F, 3.0F, 9.0F, 25.0F}) {
    CAPTURE(pen);
    const Plane digit = nought(100, pen);
    for (const Plane& plane : {digit, crossed(digit, pen)}) {
      const auto thick = thick_strokes(plane, all_of(plane), kHalfInk);
      CHECK((!thick || differing(*thick, plane) < 0.02 * area_of(plane)));
    }
  }
  const Plane paper(40, 30);
  CHECK_FALSE(thick_strokes(paper, all_of(paper), kHalfInk).has_value());
}

TEST_CASE("what lies beyond the box is not looked at and stays") {
  const Plane both = crossed(nought(100, 12), 2);
  const auto thick = thick_strokes(both, {15, 15, 70, 70}, kHalfInk);
  REQUIRE(thick.has_value());
  CHECK(thick->at(5, 5) == kInk);
  CHECK(thick->at(18, 18) == 0);
}
