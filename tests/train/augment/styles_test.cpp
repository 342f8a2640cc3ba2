#include "train/augment/styles.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>

#include "train/augment/augment.hpp"

using mlpctl::Random;
using mlpctl::train::Canvas;

namespace {

struct Ink {
  double sum = 0, x = 0, y = 0;
  int left = 99, top = 99, right = 0, bottom = 0;
};

Ink ink_of(const Canvas& canvas) {
  Ink ink;
  for (int y = 0; y < mlpctl::train::kStride; ++y) {
    for (int x = 0; x < mlpctl::train::kStride; ++x) {
      const auto value = canvas.rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      if (value == 0) continue;
      ink.sum += value / 255.0;
      ink.x += value / 255.0 * x;
      ink.y += value / 255.0 * y;
      ink.left = std::min(ink.left, x), ink.right = std::max(ink.right, x);
      ink.top = std::min(ink.top, y), ink.bottom = std::max(ink.bottom, y);
    }
  }
  ink.x /= ink.sum;
  ink.y /= ink.sum;
  return ink;
}

Canvas written(int label, std::uint64_t seed) {
  Random random(seed, 0);
  Canvas canvas;
  canvas.rows[5][5] = 255;  // What was there is gone.
  mlpctl::train::write_in_style(canvas, label, random);
  return canvas;
}

}  // namespace

TEST_CASE("a digit in another style is as large as MNIST's, and centred as those are") {
  for (int label = 0; label < 10; ++label) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      CAPTURE(label, seed);
      const Canvas canvas = written(label, seed);
      const Ink ink = ink_of(canvas);
      CHECK(ink.sum > 20);
      CHECK(ink.sum < 240);  // a nought by a thick pen that is wider than tall
      const int longest = std::max(ink.right - ink.left, ink.bottom - ink.top) + 1;
      CHECK(longest >= 18);
      CHECK(longest <= 23);
      // What the pen draws twice counts once, and what lies outside not at all.
      CHECK(std::abs(ink.x - 14.5) < 1.5);
      CHECK(std::abs(ink.y - 14.5) < 1.5);
      CHECK(ink.left >= 1);
      CHECK(ink.top >= 1);
      CHECK(ink.right <= 28);
      CHECK(ink.bottom <= 28);
    }
  }
}

TEST_CASE("a style is a function of the random numbers, and no two are alike") {
  std::set<decltype(Canvas::rows)> seen;
  for (int label = 0; label < 10; ++label) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      CHECK(written(label, seed).rows == written(label, seed).rows);
      seen.insert(written(label, seed).rows);
    }
  }
  CHECK(seen.size() == 300);
}

TEST_CASE("the share of digits in another style is the option's") {
  mlpctl::train::AugmentOptions options = mlpctl::train::kNoAugment;
  options.styles = 0.25F;
  const mlpctl::train::Augmenter augment(options);
  const std::array<std::uint8_t, 784> blank{};
  int drawn = 0;
  for (std::int64_t index = 0; index < 2000; ++index) {
    std::array<std::uint8_t, 784> out{};
    augment(blank.data(), out.data(), 1, 0, index, static_cast<int>(index % 10));
    drawn += out == blank ? 0 : 1;
    // A picture of which nothing is known stays what it is.
    augment(blank.data(), out.data(), 1, 0, index);
    CHECK(out == blank);
  }
  CHECK(std::abs(drawn - 500) < 60);
}
