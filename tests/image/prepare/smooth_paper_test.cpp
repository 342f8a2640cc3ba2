#include "image/prepare/smooth_paper.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace mlpctl::image;

namespace {

constexpr int kSide = 60;

float light_at(int x, int y) {
  const auto u = static_cast<float>(x) / kSide, v = static_cast<float>(y) / kSide;
  return 225 - 70 * u - 25 * v * v;
}

/// Paper under uneven light.
Plane lit() {
  Plane plane(kSide, kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) plane.at(x, y) = light_at(x, y);
  }
  return plane;
}

/// Sets a part of it to a share of what it was.
void darken(Plane& plane, mlpctl::image::Box box, float share) {
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) plane.at(x, y) *= share;
  }
}

}  // namespace

TEST_CASE("paper in the corner of a thick frame is seen beside a thick stroke") {
  Plane plane = lit();
  darken(plane, {0, 0, 8, kSide}, 0.2F);
  darken(plane, {0, 0, kSide, 8}, 0.2F);
  darken(plane, {12, 12, 14, 40}, 0.4F);
  darken(plane, {12, 38, 40, 14}, 0.4F);
  Plane negative = plane;
  for (float& value : negative.values) value = 255 - value;
  const std::vector<Plane> papers = smooth_paper({plane}).colours;
  REQUIRE(papers.size() == 1);
  const std::vector<Plane> behind_light = smooth_paper({negative}).colours;
  REQUIRE(behind_light.size() == 1);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      CHECK(std::abs(papers[0].at(x, y) - light_at(x, y)) < 4);
      CHECK(std::abs(255 - behind_light[0].at(x, y) - light_at(x, y)) < 4);
    }
  }
}

TEST_CASE("paper that a shadow with an edge lies on is not smooth") {
  Plane plane = lit();
  darken(plane, {32, 0, 28, kSide}, 0.55F);
  CHECK(smooth_paper({plane}).colours.empty());
  plane = lit();
  CHECK_FALSE(smooth_paper({plane}).doubtful);
  darken(plane, {42, 0, 18, kSide}, 0.55F);
  CHECK(smooth_paper({plane}).doubtful);
}
