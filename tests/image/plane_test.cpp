#include "image/plane.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

using namespace mlpctl;

namespace {

/// Values of both signs, of which every third is one of a few.
std::vector<float> mixed_values(std::size_t count) {
  std::vector<float> values;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525U + 1013904223U;
    const float value = static_cast<float>(state >> 8U) / 65536 - 60;
    values.push_back(i % 3 == 0 ? static_cast<float>(state >> 30U) : value);
  }
  return values;
}

}  // namespace

TEST_CASE("a quantile of many values is the one that sorting finds") {
  for (const std::size_t count : {1, 2, 100, 4096, 4097, 50'000}) {
    const std::vector<float> values = mixed_values(count);
    std::vector<float> sorted = values;
    std::ranges::sort(sorted);
    for (const double share : {0.0, 0.005, 0.25, 0.5, 0.995, 1.0}) {
      CAPTURE(count, share);
      const auto rank = static_cast<std::size_t>(share * static_cast<double>(count - 1));
      CHECK(image::quantile(values, share) == sorted[rank]);
    }
  }
  CHECK(image::quantile(std::vector<float>(10'000, -2), 0.5) == -2);
  CHECK(image::quantile({}, 0.5) == 0);
}

TEST_CASE(
    "what is taken away where a plane is drawn larger is taken from its pixels in like share") {
  for (const int factor : {1, 4}) {
    CAPTURE(factor);
    image::Plane plane(6, 5, 80);
    image::change_enlarged(plane, factor, [&](image::Plane& large) {
      CHECK(large.width == 6 * factor);
      // The left half of the third column, or all of it where nothing is finer.
      for (int y = 0; y < large.height; ++y) {
        for (int x = 2 * factor; x < 2 * factor + (factor + 1) / 2; ++x) large.at(x, y) = 0;
      }
      return true;
    });
    CHECK(plane.at(2, 2) == (factor == 1 ? 0 : 40));
    CHECK(plane.at(1, 2) == 80);
    CHECK(plane.at(3, 2) == 80);
  }
  image::Plane same(6, 5, 80);
  image::change_enlarged(same, 3, [](image::Plane&) { return false; });
  CHECK(same.values == image::Plane(6, 5, 80).values);
}
