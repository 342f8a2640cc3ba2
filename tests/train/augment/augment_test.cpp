#include "train/augment/augment.hpp"

#include <algorithm>
#include <array>
#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "base/random.hpp"
#include "support/error_code.hpp"

using Catch::Matchers::WithinAbs;
using mlpctl::train::Augmenter;
using mlpctl::train::AugmentOptions;
using mlpctl::train::kNoAugment;
using Image = std::array<std::uint8_t, 784>;

namespace {

/// A white rectangle on black.
Image box(int left, int top, int right, int bottom) {
  Image image{};
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) image[y * 28 + x] = 255;
  }
  return image;
}

Image noise(std::uint64_t seed) {
  mlpctl::Random random(seed, 0);
  Image image{};
  for (auto& pixel : image) pixel = static_cast<std::uint8_t>(random.below(256));
  return image;
}

Image augmented(const Augmenter& augment, const Image& in, std::int64_t index,
                std::int64_t epoch = 0, std::uint64_t seed = 1) {
  Image out{};
  augment(in.data(), out.data(), seed, epoch, index);
  return out;
}

struct Shape {
  double ink = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
};

/// Sum, centre and second moments of the ink.
Shape shape(const Image& image) {
  Shape s;
  for (int i = 0; i < 784; ++i) {
    s.ink += image[i];
    s.x += image[i] * (i % 28);
    s.y += image[i] * (i / 28);
  }
  s.x /= s.ink;
  s.y /= s.ink;
  for (int i = 0; i < 784; ++i) {
    const double dx = i % 28 - s.x, dy = i / 28 - s.y;
    s.xx += image[i] * dx * dx / s.ink;
    s.yy += image[i] * dy * dy / s.ink;
    s.xy += image[i] * dx * dy / s.ink;
  }
  return s;
}

std::uint64_t hash(const Image& image) {
  return std::accumulate(
      image.begin(), image.end(), std::uint64_t{14695981039346656037ULL},
      [](std::uint64_t h, std::uint8_t b) { return (h ^ b) * 1099511628211ULL; });
}

}  // namespace

TEST_CASE("an image is augmented as a function of seed and epoch and index") {
  const Augmenter augment{AugmentOptions{.clean_fraction = 0}};
  const Image in = box(8, 4, 20, 24);
  const Image first = augmented(augment, in, 5, 2, 7);
  CHECK(first == augmented(augment, in, 5, 2, 7));
  CHECK(first == augmented(Augmenter{AugmentOptions{.clean_fraction = 0}}, in, 5, 2, 7));
  CHECK(first != augmented(augment, in, 6, 2, 7));
  CHECK(first != augmented(augment, in, 5, 3, 7));
  CHECK(first != augmented(augment, in, 5, 2, 8));
}

TEST_CASE("augmenting in place gives the same image") {
  const Augmenter augment{AugmentOptions{}};
  for (int i = 0; i < 50; ++i) {
    Image image = noise(1);
    augment(image.data(), image.data(), 1, 0, i);
    CHECK(image == augmented(augment, noise(1), i));
  }
}

TEST_CASE("every processor gives the same bytes") {
  // What this program gave on the machine that it was written on: a change that moves these bytes
  // changes the outcome of every seed.
  const Augmenter augment{AugmentOptions{.clean_fraction = 0}};
  std::uint64_t all = 0;
  for (int i = 0; i < 100; ++i) all = all * 31 + hash(augmented(augment, noise(3), i));
  CHECK(all == 5402209103749774682ULL);
}

TEST_CASE("nothing asked for leaves the image as it is") {
  const Image in = noise(2);
  CHECK(augmented(Augmenter{kNoAugment}, in, 0) == in);
  AugmentOptions all_clean;
  all_clean.clean_fraction = 1;
  CHECK(augmented(Augmenter{all_clean}, in, 0) == in);
  CHECK_FALSE(changes_images(kNoAugment));
  CHECK_FALSE(changes_images(all_clean));
  CHECK(changes_images(AugmentOptions{}));
}

TEST_CASE("the resampling itself is exact where nothing moves") {
  // A shear too small to matter keeps the work from being skipped.
  AugmentOptions options = kNoAugment;
  options.shear = 1e-7F;
  const Image in = noise(4);
  CHECK(augmented(Augmenter{options}, in, 0) == in);
}

TEST_CASE("black stays black however wild the options") {
  const Augmenter augment{AugmentOptions{.rotate = 180,
                                         .scale = 2,
                                         .aspect = 2,
                                         .shear = 2,
                                         .shift = 14,
                                         .elastic = 10,
                                         .elastic_sigma = 1,
                                         .stroke = 1,
                                         .clean_fraction = 0}};
  for (int i = 0; i < 300; ++i) CHECK(augmented(augment, Image{}, i) == Image{});
}

TEST_CASE("ink in the corners leaves the image and does not come back elsewhere") {
  AugmentOptions options = kNoAugment;
  options.rotate = 45;
  options.shift = 14;
  const Augmenter augment{options};
  Image corners{};
  for (const int at : {0, 27, 27 * 28, 783}) corners[at] = 255;
  double least = 4 * 255;
  for (int i = 0; i < 300; ++i) {
    const double ink = shape(augmented(augment, corners, i)).ink;
    CHECK(ink < 4 * 255 * 1.1);
    least = std::min(least, ink);
  }
  CHECK(least < 255);
}

TEST_CASE("about the clean fraction of images stays clean") {
  AugmentOptions options;
  options.clean_fraction = 0.3F;
  const Augmenter augment{options};
  const Image in = box(6, 6, 22, 22);
  int clean = 0;
  for (int i = 0; i < 2000; ++i) clean += augmented(augment, in, i) == in;
  CHECK_THAT(clean / 2000.0, WithinAbs(0.3, 0.04));
}

TEST_CASE("a shift moves the ink by at most so much and every way") {
  AugmentOptions options = kNoAugment;
  options.shift = 3;
  const Augmenter augment{options};
  double low = 0, high = 0, mean = 0;
  for (int i = 0; i < 1000; ++i) {
    const double dx = shape(augmented(augment, box(10, 10, 18, 18), i)).x - 13.5;
    low = std::min(low, dx);
    high = std::max(high, dx);
    mean += dx / 1000;
  }
  CHECK_THAT(low, WithinAbs(-3, 0.05));
  CHECK_THAT(high, WithinAbs(3, 0.05));
  CHECK_THAT(mean, WithinAbs(0, 0.2));
}

TEST_CASE("a scale and an aspect change the sizes by at most so much") {
  AugmentOptions options = kNoAugment;
  options.scale = 0.2F;
  const double ink = shape(box(8, 8, 20, 20)).ink;
  double low = 1, high = 1;
  for (int i = 0; i < 1000; ++i) {
    const double side =
        std::sqrt(shape(augmented(Augmenter{options}, box(8, 8, 20, 20), i)).ink / ink);
    low = std::min(low, side);
    high = std::max(high, side);
  }
  CHECK_THAT(low, WithinAbs(1 / 1.2, 0.01));
  CHECK_THAT(high, WithinAbs(1.2, 0.01));

  options = kNoAugment;
  options.aspect = 0.2F;
  double widest = 1;
  for (int i = 0; i < 1000; ++i) {
    const Shape s = shape(augmented(Augmenter{options}, box(8, 8, 20, 20), i));
    widest = std::max(widest, std::sqrt(s.xx / s.yy));
    CHECK_THAT(s.ink / ink, WithinAbs(1, 0.02));
  }
  CHECK_THAT(widest, WithinAbs(1.2, 0.01));
}

TEST_CASE("a rotation turns a bar by at most so much and keeps its ink") {
  AugmentOptions options = kNoAugment;
  options.rotate = 20;
  const Augmenter augment{options};
  const Image bar = box(12, 4, 16, 24);
  double steepest = 0;
  for (int i = 0; i < 1000; ++i) {
    const Shape s = shape(augmented(augment, bar, i));
    steepest = std::max(steepest, std::abs(std::atan2(2 * s.xy, s.yy - s.xx) / 2));
    CHECK_THAT(s.ink / shape(bar).ink, WithinAbs(1, 0.02));
  }
  CHECK_THAT(steepest * 180 / 3.14159265, WithinAbs(20, 0.3));
}

TEST_CASE("a shear slants an upright bar and keeps its height") {
  AugmentOptions options = kNoAugment;
  options.shear = 0.3F;
  const Augmenter augment{options};
  double steepest = 0;
  for (int i = 0; i < 1000; ++i) {
    const Shape s = shape(augmented(augment, box(12, 4, 16, 24), i));
    steepest = std::max(steepest, std::abs(s.xy / s.yy));
    CHECK_THAT(s.yy, WithinAbs(shape(box(12, 4, 16, 24)).yy, 0.2));
  }
  CHECK_THAT(steepest, WithinAbs(0.3, 0.01));
}

TEST_CASE("elastic distortion moves points by its standard deviation and neighbours together") {
  AugmentOptions options = kNoAugment;
  options.elastic = 1.5F;
  const Augmenter augment{options};
  double square = 0;
  const int count = 4000;
  for (int i = 0; i < count; ++i) {
    const Shape s = shape(augmented(augment, box(13, 13, 15, 15), i));
    square += (s.x - 13.5) * (s.x - 13.5) / count;
  }
  // The strength is even between 0 and 1.5, so its mean square is a third of 1.5 squared.
  CHECK_THAT(std::sqrt(square), WithinAbs(1.5 / std::sqrt(3), 0.12));
}

TEST_CASE("strokes grow and shrink by up to a pixel on each side") {
  AugmentOptions options = kNoAugment;
  options.stroke = 1;
  const Augmenter augment{options};
  const Image bar = box(12, 2, 16, 26);
  double low = 1e9, high = 0;
  for (int i = 0; i < 1000; ++i) {
    const Image out = augmented(augment, bar, i);
    const double width = std::accumulate(&out[14 * 28], &out[15 * 28], 0.0) / 255;
    low = std::min(low, width);
    high = std::max(high, width);
  }
  CHECK_THAT(low, WithinAbs(4 - 2 * 0.7, 0.05));
  CHECK_THAT(high, WithinAbs(6, 0.05));
  options.stroke = 0.25F;
  int changed = 0;
  for (int i = 0; i < 2000; ++i) changed += augmented(Augmenter{options}, bar, i) != bar;
  CHECK_THAT(changed / 2000.0, WithinAbs(0.25, 0.04));
}

TEST_CASE("options out of range are refused by name") {
  AugmentOptions options;
  options.rotate = 200;
  CHECK(mlpctl::tests::error_code([&] { Augmenter{options}; }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  options = {};
  options.clean_fraction = -0.1F;
  CHECK(mlpctl::tests::error_code([&] { check(options); }) == mlpctl::ErrorCode::kInvalidArgument);
  options = {};
  options.elastic = std::nanf("");
  CHECK(mlpctl::tests::error_code([&] { check(options); }) == mlpctl::ErrorCode::kInvalidArgument);
}

TEST_CASE("augmentation speed", "[.benchmark]") {
  const Augmenter augment{AugmentOptions{}};
  const Image in = box(8, 4, 20, 24);
  Image out{};
  std::int64_t index = 0;
  BENCHMARK("one image") {
    ++index;
    augment(in.data(), out.data(), 1, 0, index, static_cast<int>(index % 10));
    return out[400];
  };
}
