#include "image/prepare/morphology.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "base/random.hpp"

using mlpctl::image::Plane;

namespace {

Plane noise(int width, int height) {
  mlpctl::Random random(9, 0);
  Plane plane(width, height);
  for (float& value : plane.values) value = random.uniform(0, 100);
  return plane;
}

template <typename Pick>
Plane extreme(const Plane& plane, int reach, Pick pick) {
  Plane out = plane;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      for (int v = std::max(0, y - reach); v <= std::min(plane.height - 1, y + reach); ++v) {
        for (int u = std::max(0, x - reach); u <= std::min(plane.width - 1, x + reach); ++u) {
          out.at(x, y) = pick(out.at(x, y), plane.at(u, v));
        }
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("erosion and dilation are the extremes of windows, whatever their size") {
  for (const auto& [width, height] : {std::pair{1, 1}, {5, 90}, {64, 7}, {131, 66}}) {
    const Plane plane = noise(width, height);
    for (const int reach : {1, 4, 40}) {
      CAPTURE(width, height, reach);
      const auto least = [](float a, float b) { return std::min(a, b); };
      const auto most = [](float a, float b) { return std::max(a, b); };
      CHECK(eroded(plane, reach).values == extreme(plane, reach, least).values);
      CHECK(dilated(plane, reach).values == extreme(plane, reach, most).values);
    }
  }
}

TEST_CASE("opening takes a narrow stroke away and leaves a strip along the edge") {
  Plane plane(60, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 60; ++x) plane.at(x, y) = x < 3 || (x >= 30 && x < 35) ? 100 : 20;
  }
  const Plane opened = mlpctl::image::opened(plane, 4);
  CHECK(opened.at(1, 20) == 100);
  CHECK(opened.at(32, 20) == 20);
}
