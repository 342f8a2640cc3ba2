#include "image/plane.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
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

image::Plane mixed_plane(int width, int height) {
  image::Plane plane(width, height);
  plane.values = mixed_values(plane.values.size());
  return plane;
}

}  // namespace

TEST_CASE("a value between pixels is that of the four around it, by how near they are") {
  const image::Plane plane = mixed_plane(7, 9);
  constexpr std::array kAcross{-3.0F, 0.0F, 0.25F, 0.5F, 0.75F, 1.5F, 5.9F, 6.0F, 40.0F};
  constexpr std::array kDown{-1.0F, 0.1F, 0.2F, 0.9F, 1.0F, 3.5F, 3.25F, 7.75F, 8.5F, 2.0F};
  const image::Plane seen = image::sampled(plane, kAcross, kDown);
  REQUIRE(seen.width == static_cast<int>(kAcross.size()));
  REQUIRE(seen.height == static_cast<int>(kDown.size()));
  for (std::size_t j = 0; j < kDown.size(); ++j) {
    for (std::size_t i = 0; i < kAcross.size(); ++i) {
      const float x = std::clamp(kAcross[i], 0.0F, 6.0F), y = std::clamp(kDown[j], 0.0F, 8.0F);
      const int left = std::min(static_cast<int>(x), 5), top = std::min(static_cast<int>(y), 7);
      const float u = x - static_cast<float>(left), v = y - static_cast<float>(top);
      const auto row = [&](int at) {
        return plane.at(left, at) * (1 - u) + plane.at(left + 1, at) * u;
      };
      CAPTURE(i, j);
      CHECK(seen.at(static_cast<int>(i), static_cast<int>(j)) ==
            Catch::Approx(row(top) * (1 - v) + row(top + 1) * v).margin(1e-4));
    }
  }
}

TEST_CASE("a blur gives every pixel the mean of its neighbours by a Gaussian's weights") {
  constexpr double kSigma = 1.3;
  constexpr int kRadius = 4;
  // Widths around those that are added at once.
  for (const int width : {1, 5, 15, 16, 17, 40}) {
    const image::Plane plane = mixed_plane(width, 11);
    const image::Plane seen = image::blur(plane, static_cast<float>(kSigma));
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) {
        double sum = 0, weights = 0;
        for (int v = -kRadius; v <= kRadius; ++v) {
          for (int u = -kRadius; u <= kRadius; ++u) {
            const double weight = std::exp(-(u * u + v * v) / (2 * kSigma * kSigma));
            sum += weight * static_cast<double>(plane.at(std::clamp(x + u, 0, plane.width - 1),
                                                         std::clamp(y + v, 0, plane.height - 1)));
            weights += weight;
          }
        }
        CAPTURE(width, x, y);
        CHECK(static_cast<double>(seen.at(x, y)) == Catch::Approx(sum / weights).margin(1e-3));
      }
    }
  }
}

TEST_CASE("a quantile of many values is the one that sorting finds") {
  for (const std::size_t count : {1, 2, 100, 4096, 4097, 50'000}) {
    const std::vector<float> values = mixed_values(count);
    std::vector<float> sorted = values;
    std::ranges::sort(sorted);
    for (const double share : {0.0, 0.005, 0.25, 0.5, 0.995, 1.0}) {
      CAPTURE(count, share);
      const auto rank = static_cast<std::size_t>(share * static_cast<double>(count - 1));
      CHECK(image::quantile(values, share) == sorted[rank]);
      CHECK(image::quantile_from(values, share, sorted[rank]) == sorted[rank]);
      CHECK(image::quantile_from(values, share, sorted[rank] - 1) == sorted[rank]);
      CHECK_FALSE(image::quantile_from(values, share, sorted[rank] + 0.001F).has_value());
    }
  }
  CHECK(image::quantile(std::vector<float>(10'000, -2), 0.5) == -2);
  CHECK(image::quantile({}, 0.5) == 0);
  CHECK_FALSE(image::quantile_from({}, 0.5, 0).has_value());
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
