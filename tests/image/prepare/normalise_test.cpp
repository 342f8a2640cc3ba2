#include "image/prepare/normalise.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "image/prepare/components.hpp"
#include "image/prepare/stroke.hpp"

using namespace mlpctl::image;

namespace {

/// A ring in a square of this side, two thirds as wide as tall, by a pen of `width` pixels.
Plane ring(int side, float width) {
  Plane plane(side + 4, side + 4);
  const float middle = static_cast<float>(side) / 2 + 2;
  const float tall = (static_cast<float>(side) - width) / 2, wide = tall * 2 / 3;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const float u = (static_cast<float>(x) + 0.5F - middle) / wide;
      const float v = (static_cast<float>(y) + 0.5F - middle) / tall;
      // The distance to the ellipse, to the first order.
      const float value = u * u + v * v - 1;
      const float slope = 2 * std::hypot(u / wide, v / tall);
      const float away = std::abs(value) / std::max(slope, 1e-6F);
      plane.at(x, y) = std::clamp(width / 2 - away + 0.5F, 0.0F, 1.0F);
    }
  }
  return plane;
}

Plane plane_of(const Digit& digit) {
  Plane plane(kDigitSide, kDigitSide);
  for (std::size_t i = 0; i < digit.pixels.size(); ++i) {
    plane.values[i] = static_cast<float>(digit.pixels[i]) / 255;
  }
  return plane;
}

}  // namespace

TEST_CASE("lines of any width in a digit of any size become one stroke of MNIST's width") {
  for (const int side : {24, 60, 150, 300, 620}) {
    for (const float width : {1.0F, 1.5F, 2.0F, 3.0F, 5.0F, 9.0F, 20.0F, 40.0F}) {
      if (width * 8 > static_cast<float>(side)) continue;
      CAPTURE(side, width);
      const Plane seen = plane_of(normalise(ring(side, width)));
      Mask mask(seen.width, seen.height);
      for (std::size_t i = 0; i < mask.values.size(); ++i) mask.values[i] = seen.values[i] > 0.4F;
      const Components found = find_components(mask, seen);
      REQUIRE(found.pieces.size() == 1);
      CHECK(found.pieces[0].box.height >= 19);
      CHECK(found.pieces[0].box.height <= 22);
      // Its hole is open.
      CHECK(seen.at(kDigitSide / 2, kDigitSide / 2) < 0.1F);
      const float stroke = stroke_width(distance_to_paper(seen, 0.4F));
      CHECK(stroke > 1.5F);
      CHECK(stroke < 4.0F);
    }
  }
}
