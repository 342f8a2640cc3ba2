#include "image/prepare/stroke.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mlpctl::image;

TEST_CASE("the distance to a straight edge is exact on both sides") {
  Plane plane(20, 9);
  for (int y = 0; y < 9; ++y) {
    for (int x = 10; x < 20; ++x) plane.at(x, y) = 1;
  }
  const Plane distance = signed_distance(plane, 0.5F, 9);
  CHECK(distance.at(10, 4) == Catch::Approx(0.5));
  CHECK(distance.at(13, 4) == Catch::Approx(3.5));
  CHECK(distance.at(9, 4) == Catch::Approx(-0.5));
  CHECK(distance.at(2, 0) == Catch::Approx(-7.5));
}

TEST_CASE("the stroke width of a long bar is its width") {
  Plane plane(30, 200);
  for (int y = 5; y < 195; ++y) {
    for (int x = 10; x < 18; ++x) plane.at(x, y) = 1;
  }
  CHECK(stroke_width(signed_distance(plane, 0.5F, 9)) == Catch::Approx(8).margin(0.3));
  CHECK(stroke_width(signed_distance(Plane(5, 5), 0.5F, 9)) == 0);
}
