#include "train/augment/remains.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <set>

#include "train/augment/augment.hpp"
#include "train/augment/extent.hpp"
#include "train/augment/written_digit.hpp"

using mlpctl::Random;
using mlpctl::train::Canvas;
using mlpctl::train::Extent;
using mlpctl::train::measure;

namespace {

Canvas with_remains(int label, std::uint64_t seed) {
  Random random(seed, 2);
  Canvas canvas = written_digit(label, seed);
  mlpctl::train::leave_remains(canvas, label, random);
  return canvas;
}

}  // namespace

TEST_CASE("a digit with remains of lines has MNIST's form") {
  int larger = 0, smaller = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    const Canvas canvas = with_remains(static_cast<int>(seed % 10), seed);
    const Extent extent = measure(canvas);
    REQUIRE_FALSE(extent.empty());
    // Faint lines count or not, by the pixel: then the digit is somewhat smaller.
    CHECK(std::max(extent.width(), extent.height()) <= 24);
    CHECK(std::max(extent.width(), extent.height()) >= 4);
    smaller += std::max(extent.width(), extent.height()) < 8 ? 1 : 0;
    CHECK(std::abs(extent.x - 14.5F) < 3.5F);
    CHECK(std::abs(extent.y - 14.5F) < 3.5F);
    const Extent before = measure(written_digit(static_cast<int>(seed % 10), seed));
    larger += extent.width() / extent.height() > 1.15F * before.width() / before.height() ? 1 : 0;
  }
  // Of 40,000 these are 24; 29 with 77 ways to write, and 20 with 52.
  CHECK(smaller <= 4);
  // Of all kinds of remains the level lines and those beside make a digit's box wider.
  CHECK(larger > 400);
}

TEST_CASE("remains are a function of the digit and the random numbers, and of many kinds") {
  std::set<decltype(Canvas::rows)> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CHECK(with_remains(4, seed).rows == with_remains(4, seed).rows);
    CHECK(with_remains(4, seed).rows != written_digit(4, seed).rows);
    seen.insert(with_remains(4, seed).rows);
  }
  CHECK(seen.size() == 300);
}

TEST_CASE("paper without ink gets no remains") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed, 0);
    Canvas canvas;
    mlpctl::train::leave_remains(canvas, 3, random);
    CHECK(canvas.rows == Canvas().rows);
  }
}

TEST_CASE("the share of digits with remains is the option's, and they keep their label") {
  mlpctl::train::AugmentOptions options = mlpctl::train::kNoAugment;
  options.remains = 0.25F;
  CHECK(changes_images(options));
  const mlpctl::train::Augmenter augment(options);
  std::array<std::uint8_t, 784> image{}, out{};
  for (std::size_t i = 28 * 4; i < 28 * 24; ++i) image[i] = i % 28 > 8 && i % 28 < 20 ? 255 : 0;
  int changed = 0;
  for (std::int64_t index = 0; index < 4000; ++index) {
    const int label = static_cast<int>(index % 10);
    CHECK(augment(image.data(), out.data(), 1, 0, index, label) == label);
    changed += out == image ? 0 : 1;
    // A picture of which nothing is known stays what it is.
    CHECK(augment(image.data(), out.data(), 1, 0, index) == -1);
    CHECK(out == image);
  }
  CHECK(std::abs(changed - 1000) < 100);
}
