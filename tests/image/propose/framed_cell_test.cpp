#include "image/propose/framed_cell.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "image/drawn.hpp"
#include "image/propose/propose.hpp"

using namespace mlpctl;

namespace {

/// A cell of 60x60 with lines along its left and its bottom, which end at x = 10 and begin at y
/// = 52.
image::Picture cell() {
  image::Picture picture = page(60, 60, 230);
  draw_bar(picture, 6, 0, 4, 60, 40);
  draw_bar(picture, 0, 52, 60, 3, 60);
  return picture;
}

std::vector<image::Reading> cut_readings(const image::Picture& picture) {
  std::vector<image::Reading> readings = image::propose_digit(picture);
  std::erase_if(readings, [](const auto& each) { return each.terms.group != image::Group::kCut; });
  return readings;
}

/// What lies within the frame, and what holds some of it.
const image::Box kInside{10, 0, 50, 52};
bool holds_frame(const image::Reading& reading) {
  return reading.digit.box.x < kInside.x ||
         reading.digit.box.y + reading.digit.box.height > kInside.height;
}

}  // namespace

TEST_CASE("the inside of a cell lies within the lines along its sides") {
  image::Picture picture = cell();
  draw_zero(picture, 22, 8, 24, 36, 4, 20);
  for (const image::Picture& each : {picture, negative(picture)}) {
    const auto insides = image::insides_of_frames(each);
    REQUIRE(insides.size() == 1);
    CHECK(insides[0] == kInside);
    // The digit is beyond doubt, the lines with the digit between them are not.
    const auto doubted = cut_readings(each);
    REQUIRE_FALSE(doubted.empty());
    CHECK(std::ranges::all_of(doubted, holds_frame));
  }
}

TEST_CASE("the line of a cell may lean") {
  image::Picture picture = page(60, 60, 230);
  for (int y = 0; y < 60; ++y) draw_bar(picture, 4 + y / 15, y, 3, 1, 40);
  const auto insides = image::insides_of_frames(picture);
  REQUIRE(insides.size() == 1);
  CHECK(insides[0].x >= 9);
  CHECK(insides[0].x <= 12);
}

TEST_CASE("what a line of a cell's frame crosses may be cut") {
  image::Picture picture = cell();
  draw_zero(picture, 22, 30, 24, 36, 4, 20);
  auto cut = cut_readings(picture);
  std::erase_if(cut, holds_frame);
  REQUIRE_FALSE(cut.empty());
  CHECK(std::ranges::all_of(cut, [](const auto& each) { return each.digit.box.y >= 28; }));
  CHECK(image::is_cut({20, 30, 20, 22}, kInside, picture));
  CHECK_FALSE(image::is_cut({20, 0, 20, 40}, kInside, picture));  // at the picture's own edge
}

TEST_CASE("a picture of one row or column of pixels has no inside") {
  for (const auto& [width, height] : {std::pair{121, 1}, std::pair{1, 121}}) {
    image::Picture picture = page(width, height);
    std::fill_n(picture.pixels.begin(), 4, std::uint8_t{20});
    CHECK(image::insides_of_frames(picture).empty());
  }
}

TEST_CASE("a single line may be a digit's own") {
  image::Picture picture = page(60, 60, 230);
  draw_bar(picture, 0, 6, 60, 5, 20);
  draw_bar(picture, 34, 6, 5, 50, 20);  // a seven that fills its picture
  REQUIRE(image::insides_of_frames(picture).size() == 1);
  const auto readings = image::propose_digit(picture);
  CHECK(std::ranges::any_of(readings, [](const image::Reading& each) {
    return each.digit.box.y < 10 && each.terms.group != image::Group::kCut;
  }));
}

TEST_CASE("strokes, shadows and all of a wide picture are no frame") {
  image::Picture stroke = page(60, 60, 230);
  draw_bar(stroke, 6, 48, 48, 5, 20);  // of a two's foot, say: it ends before the edge
  CHECK(image::insides_of_frames(stroke).empty());
  image::Picture shadow = page(60, 60, 230);
  draw_bar(shadow, 0, 0, 18, 60, 90);
  CHECK(image::insides_of_frames(shadow).empty());
  image::Picture blank = page(60, 60, 230);
  CHECK(image::insides_of_frames(blank).empty());
  image::Picture large = page(800, 800, 230);
  draw_bar(large, 60, 0, 20, 800, 40);
  CHECK(image::insides_of_frames(large).empty());
}
