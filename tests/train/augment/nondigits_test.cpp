#include "train/augment/nondigits.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>

#include "net/head.hpp"
#include "train/augment/augment.hpp"
#include "train/augment/extent.hpp"
#include "train/augment/written_digit.hpp"

using mlpctl::Random;
using mlpctl::train::Canvas;
using mlpctl::train::Extent;
using mlpctl::train::measure;

namespace {

Canvas nondigit(int label, std::uint64_t seed) {
  Random random(seed, 0);
  Canvas canvas = written_digit(label, seed);
  mlpctl::train::write_nondigit(canvas, written_digit(8, seed + 1), random);
  return canvas;
}

/// An upright line.
bool is_one(const Canvas& canvas) {
  const Extent extent = measure(canvas);
  return extent.height() > 12 && extent.width() < 5;
}

}  // namespace

TEST_CASE("what is no digit has MNIST's form") {
  int blank = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    const Canvas canvas = nondigit(static_cast<int>(seed % 10), seed);
    const Extent extent = measure(canvas);
    if (extent.empty()) {
      ++blank;
      continue;
    }
    // A small piece is enlarged with its soft edges; ink far to one side is cut off.
    CHECK(std::max(extent.width(), extent.height()) <= 25);
    CHECK(std::max(extent.width(), extent.height()) >= 12);
    CHECK(std::abs(extent.x - 14.5F) < 3.5F);
    CHECK(std::abs(extent.y - 14.5F) < 3.5F);
    for (std::size_t i = 0; i < 32; ++i) {
      CHECK((canvas.rows[0][i] == 0 && canvas.rows[29][i] == 0));
      CHECK((canvas.rows[i][0] == 0 && canvas.rows[i][29] == 0));
    }
  }
  CHECK(blank > 0);
  CHECK(blank < 300);
}

TEST_CASE("an upright line, as halves of ones and of frames are, is a one and no nondigit") {
  // Dozens are drawn again; a scribble may come out upright once in a thousand times.
  int ones = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) ones += is_one(nondigit(1, seed)) ? 1 : 0;
  CHECK(ones < 6);
}

TEST_CASE("what is no digit is a function of the digits and the random numbers") {
  std::set<decltype(Canvas::rows)> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CHECK(nondigit(3, seed).rows == nondigit(3, seed).rows);
    seen.insert(nondigit(3, seed).rows);
  }
  CHECK(seen.size() > 250);
}

TEST_CASE("a pair is made of both digits") {
  // Where only `other` differs, only pairs do.
  int differing = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Canvas with_eight = written_digit(3, seed), with_four = with_eight;
    Random random(seed, 0), again(seed, 0);
    mlpctl::train::write_nondigit(with_eight, written_digit(8, seed), random);
    mlpctl::train::write_nondigit(with_four, written_digit(4, seed), again);
    differing += with_eight.rows == with_four.rows ? 0 : 1;
  }
  CHECK(std::abs(differing - 300) < 60);
}

TEST_CASE("paper without ink is no digit either and stays in its canvas") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, 0);
    Canvas canvas;
    CHECK_NOTHROW(mlpctl::train::write_nondigit(canvas, Canvas(), random));
  }
}

TEST_CASE("the share of what is no digit is the option's, and so it is named") {
  mlpctl::train::AugmentOptions options = mlpctl::train::kNoAugment;
  options.nondigits = 0.25F;
  CHECK(changes_images(options));
  const mlpctl::train::Augmenter augment(options);
  std::array<std::uint8_t, 784> image{}, out{};
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = i % 28 > 12 && i % 28 < 16 ? 255 : 0;
  int none = 0;
  for (std::int64_t index = 0; index < 4000; ++index) {
    const int label = static_cast<int>(index % 10);
    const int named = augment(image.data(), out.data(), 1, 0, index, label);
    if (named == mlpctl::net::kNoClass) {
      ++none;
      CHECK(out != image);
    } else {
      CHECK(named == label);
      CHECK(out == image);
    }
    // A picture of which nothing is known stays what it is.
    CHECK(augment(image.data(), out.data(), 1, 0, index) == -1);
    CHECK(out == image);
  }
  CHECK(std::abs(none - 1000) < 100);
}
