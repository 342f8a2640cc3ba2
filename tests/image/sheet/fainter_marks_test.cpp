#include "image/sheet/fainter_marks.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <vector>

#include "image/drawn.hpp"

using namespace mlpctl;

namespace {

constexpr int kZeroHeight = 40, kZeros = 6;

/// A line of zeros of this ink on a page of 200, from left to right.
void write_zeros(image::Picture& picture, int y, int ink, int count = kZeros) {
  for (int i = 0; i < count; ++i) draw_zero(picture, 100 + 60 * i, y, 30, kZeroHeight, 4, ink);
}

image::Segmentation segmented(const image::Picture& picture) {
  const image::Ink ink(picture, 1);
  return image::segment_ink(ink.in_strokes(image::Polarity::kDark, 0.025));
}

std::vector<image::Component> zeros_in(const image::Segmentation& found) {
  std::vector<image::Component> tall;
  for (const image::Component& piece : found.found.pieces) {
    if (std::abs(piece.box.height - kZeroHeight) < 6) tall.push_back(piece);
  }
  return tall;
}

std::size_t count_with_fainter(const image::Picture& picture) {
  image::Segmentation found = segmented(picture);
  image::add_fainter_marks(found);
  return zeros_in(found).size();
}

}  // namespace

TEST_CASE("print that is fainter than the pen's level is found, and as strong as the pen") {
  image::Picture picture = page(600, 400, 200);
  write_zeros(picture, 100, 20);
  write_zeros(picture, 200, 140);
  image::Segmentation found = segmented(picture);
  REQUIRE(zeros_in(found).size() == kZeros);
  const float strength = zeros_in(found)[0].mass / static_cast<float>(zeros_in(found)[0].area);
  image::add_fainter_marks(found);
  const auto pieces = zeros_in(found);
  REQUIRE(pieces.size() == 2 * kZeros);
  for (const image::Component& piece : pieces) {
    const float own = piece.mass / static_cast<float>(piece.area);
    CHECK_THAT(own, Catch::Matchers::WithinRel(strength, 0.1F));
  }
}

TEST_CASE("a few faint marks are dirt, and so is what lies far from what is written") {
  image::Picture few = page(600, 400, 200);
  write_zeros(few, 100, 20);
  write_zeros(few, 200, 140, 3);
  CHECK(count_with_fainter(few) == kZeros);
  image::Picture far = page(600, 400, 200);
  write_zeros(far, 40, 20);
  write_zeros(far, 300, 140);
  CHECK(count_with_fainter(far) == kZeros);
}

TEST_CASE("where all is of one pen nothing is added, and of a blank page nothing is made") {
  image::Picture picture = page(600, 400, 200);
  write_zeros(picture, 100, 60);
  write_zeros(picture, 200, 60);
  CHECK(count_with_fainter(picture) == 2 * kZeros);
  CHECK(count_with_fainter(page(600, 400, 200)) == 0);
}
