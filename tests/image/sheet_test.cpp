#include "image/sheet.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "image/drawn.hpp"

using namespace mlpctl;

namespace {

/// Ten digits in a row: zeros and ones in turn, the line rising by `rise` pixels a digit.
void draw_number(image::Picture& picture, int y, int rise) {
  for (int i = 0; i < 10; ++i) {
    const int x = 60 + 90 * i, top = y - rise * i;
    if (i % 2 == 0) {
      draw_zero(picture, x, top, 44, 64, 6);
    } else {
      draw_bar(picture, x + 20, top, 6, 64);
    }
  }
}

void check_number(const std::vector<image::Digit>& line, int y, int rise) {
  REQUIRE(line.size() == 10);
  for (int i = 0; i < 10; ++i) {
    CAPTURE(i);
    const image::Box& box = line[static_cast<std::size_t>(i)].box;
    CHECK(std::abs(box.x - (60 + 90 * i + (i % 2 == 0 ? 0 : 20))) < 5);
    CHECK(std::abs(box.y - (y - rise * i)) < 5);
    CHECK(std::abs(box.height - 64) < 7);
  }
}

}  // namespace

TEST_CASE("a telephone number in uneven light is found from left to right") {
  image::Picture picture = page(1000, 400, 235);
  draw_number(picture, 170, 0);
  shade(picture);
  const auto lines = image::find_digits(picture);
  REQUIRE(lines.size() == 1);
  check_number(lines[0], 170, 0);
}

TEST_CASE("slanted lines on ruled paper are read line by line") {
  image::Picture picture = page(1000, 600);
  for (int y = 40; y < 600; y += 50) draw_bar(picture, 0, y, 1000, 2, 190);
  draw_number(picture, 140, 5);
  draw_number(picture, 300, 5);
  draw_number(picture, 460, 5);
  shade(picture);
  const auto lines = image::find_digits(picture);
  REQUIRE(lines.size() == 3);
  check_number(lines[0], 140, 5);
  check_number(lines[1], 300, 5);
  check_number(lines[2], 460, 5);
}

TEST_CASE("a detached bar stays with its digit, and touching digits are cut") {
  image::Picture picture = page(600, 200);
  draw_bar(picture, 60, 70, 6, 60);
  draw_bar(picture, 72, 62, 30, 6);
  draw_zero(picture, 200, 60, 60, 70, 7);
  draw_zero(picture, 254, 60, 60, 70, 7);
  const auto lines = image::find_digits(picture);
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 3);
  CHECK(lines[0][0].box == image::Box{60, 62, 42, 68});
}

TEST_CASE("a blank sheet has no digits") {
  CHECK(image::find_digits(page(500, 400)).empty());
  CHECK(image::find_digits(page(1, 1)).empty());
}
