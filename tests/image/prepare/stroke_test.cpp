#include "image/prepare/stroke.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace mlpctl::image;

TEST_CASE("the distance to a straight edge is exact on both sides") {
  Plane plane(20, 9);
  for (int y = 0; y < 9; ++y) {
    for (int x = 10; x < 20; ++x) plane.at(x, y) = 1;
  }
  const Plane to_paper = distance_to_paper(plane, 0.5F);
  CHECK(to_paper.at(10, 4) == 1);
  CHECK(to_paper.at(13, 4) == 4);
  CHECK(to_paper.at(9, 4) == 0);
  const Plane to_ink = distance_to_ink(plane, 0.5F, 9);
  CHECK(to_ink.at(10, 4) == 0);
  CHECK(to_ink.at(9, 4) == 1);
  CHECK(to_ink.at(2, 0) == 8);
}

TEST_CASE("distances to a few pixels are those of the nearest, as far as was asked for") {
  constexpr std::array<std::array<int, 2>, 4> kPixels{{{3, 4}, {60, 7}, {31, 40}, {90, 41}}};
  Plane plane(101, 47);
  for (const auto& [x, y] : kPixels) plane.at(x, y) = 1;
  Plane paper = plane;
  for (float& value : paper.values) value = 1 - value;
  const Plane to_paper = distance_to_paper(paper, 0.5F);
  for (const int reach : {0, 1, 7, 40, 1000}) {
    const Plane to_ink = distance_to_ink(plane, 0.5F, reach);
    int different = 0;
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) {
        int least = plane.width * plane.width;
        for (const auto& [u, v] : kPixels) {
          least = std::min(least, (x - u) * (x - u) + (y - v) * (y - v));
        }
        const float nearest = std::sqrt(static_cast<float>(least));
        if (to_paper.at(x, y) != nearest) ++different;
        const bool within = least <= reach * reach;
        if (within ? to_ink.at(x, y) != nearest : to_ink.at(x, y) < static_cast<float>(reach)) {
          ++different;
        }
      }
    }
    CAPTURE(reach);
    CHECK(different == 0);
  }
}

TEST_CASE("the stroke width of a long bar is its width") {
  Plane plane(30, 200);
  for (int y = 5; y < 195; ++y) {
    for (int x = 10; x < 18; ++x) plane.at(x, y) = 1;
  }
  CHECK(stroke_width(distance_to_paper(plane, 0.5F)) == Catch::Approx(8).margin(0.3));
  CHECK(stroke_width(distance_to_paper(Plane(5, 5), 0.5F)) == 0);
}
