#include "image/sheet/sheet_segmentation.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/random.hpp"
#include "image/drawn.hpp"

using namespace mlpctl;

namespace {

constexpr int kTall = 40, kCount = 6;

int left_of(int i) {
  return 200 + 55 * i;
}

/// A line of zeros of this ink.
void write_line(image::Picture& picture, int y, int ink) {
  for (int i = 0; i < kCount; ++i) draw_zero(picture, left_of(i), y, 30, kTall, 4, ink);
}

/// What a sensor adds.
void add_noise(image::Picture& picture, int most) {
  Random random(5, 0);
  for (std::uint8_t& value : picture.pixels) {
    const int noise =
        static_cast<int>(random.below(2 * static_cast<std::uint32_t>(most) + 1)) - most;
    value = static_cast<std::uint8_t>(std::clamp(value + noise, 0, 255));
  }
}

/// Pieces at least half as tall as a digit, specks left out.
std::vector<image::Box> tall_pieces(const image::Segmentation& segmented) {
  std::vector<image::Box> boxes;
  for (const image::Component& piece : segmented.found.pieces) {
    if (2 * piece.box.height >= kTall) boxes.push_back(piece.box);
  }
  return boxes;
}

/// That the zeros were found, and nothing else: a ring is 40 pixels tall, its inside 32.
void check_found(const image::Picture& picture, std::size_t lines) {
  const auto boxes = tall_pieces(image::segment_sheet(picture, 1).at(0));
  REQUIRE(boxes.size() == lines * kCount);
  for (const image::Box& box : boxes) {
    CHECK(std::abs(box.height - kTall) < 4);
    CHECK(std::abs(box.width - 30) < 4);
  }
}

}  // namespace

TEST_CASE("faint strokes in close lines are the ink and not the paper between them") {
  image::Picture picture = page(900, 600, 150);
  for (const int y : {200, 255, 310}) write_line(picture, y, 118);
  add_noise(picture, 10);
  check_found(picture, 3);
  check_found(negative(picture), 3);
}

TEST_CASE("chalk on a board in uneven light is the ink") {
  image::Picture picture = page(900, 600, 60);
  for (const int y : {150, 350}) write_line(picture, y, 200);
  shade(picture);
  add_noise(picture, 4);
  check_found(picture, 2);
}

TEST_CASE("the edges of a page on a table and of its shadow leave nothing") {
  for (const int table : {30, 100}) {
    CAPTURE(table);
    image::Picture picture = page(900, 600, table);
    for (int y = 20; y < 570; ++y) {
      for (int x = 25 + y / 40; x < 880 - y / 30; ++x) put(picture, x, y, x + y < 700 ? 150 : 215);
    }
    write_line(picture, 250, 40);
    add_noise(picture, 5);
    check_found(picture, 1);
  }
}

TEST_CASE("pencil is found in a shadow, and beside punched holes") {
  image::Picture picture = page(900, 600, 220);
  write_line(picture, 120, 160);
  write_line(picture, 420, 160);
  shade(picture);
  shade(picture);
  for (int y = 50; y < 600; y += 100) {
    for (int v = -9; v <= 9; ++v) {
      for (int u = -9; u <= 9; ++u) {
        if (u * u + v * v <= 81) put(picture, 30 + u, y + v, 25);
      }
    }
  }
  add_noise(picture, 4);
  check_found(picture, 2);
}

TEST_CASE("digits at a page's margin are found in a shadow that others lie in, too") {
  image::Picture picture = page(900, 600, 220);
  write_line(picture, 120, 60);
  write_line(picture, 420, 60);
  for (int i = 0; i < kCount; ++i) draw_zero(picture, left_of(i), 552, 30, kTall, 4, 60);
  for (int y = 380; y < 600; ++y) {
    for (int x = 0; x < 900; ++x) put(picture, x, y, picture.at(x, y) * 9 / 20);
  }
  add_noise(picture, 8);
  check_found(picture, 3);
}

TEST_CASE("pencil is found beside a dark gap along the page") {
  const int noise = GENERATE(0, 4, 10);
  image::Picture picture = page(900, 600, 200);
  draw_bar(picture, 830, 5, 30, 565, 10);
  draw_bar(picture, 10, 540, 850, 30, 10);
  write_line(picture, 120, 165);
  write_line(picture, 320, 165);
  add_noise(picture, noise);
  check_found(picture, 2);
}

TEST_CASE("faint digits are found beside what is left of a table's dark lines") {
  const bool shaded = GENERATE(false, true);
  image::Picture picture = page(900, 600, 200);
  draw_bar(picture, 150, 100, 8, 250, 10);
  draw_bar(picture, 600, 100, 8, 250, 10);
  write_line(picture, 120, 165);
  write_line(picture, 280, 165);
  if (shaded) shade(picture);
  add_noise(picture, 4);
  check_found(picture, 2);
}

TEST_CASE("faint digits are found where a third of what is dark are a table's lines") {
  image::Picture picture = page(900, 600, 200);
  draw_bar(picture, 150, 100, 8, 250, 10);
  for (int i = 0; i < 10; ++i) draw_bar(picture, 40 + 60 * i, 500, 36, 14, 100);
  write_line(picture, 120, 150);
  write_line(picture, 280, 150);
  add_noise(picture, 4);
  check_found(picture, 2);
}

TEST_CASE("strokes of a fine pen are none of a dark table's lines") {
  image::Picture picture = page(900, 600);
  for (int i = 0; i <= 4; ++i) draw_bar(picture, 20, 20 + 140 * i, 860, 3, 10);
  for (int i = 0; i <= 6; ++i) draw_bar(picture, 20 + 143 * i, 20, 3, 560, 10);
  // Ones as thin as the lines, of which the level of the lines leaves nothing, and darker ones.
  for (int i = 0; i < 6; ++i) {
    draw_bar(picture, 90 + 143 * i, 60, 2, 60, i % 2 == 0 ? 160 : 120);
    draw_zero(picture, 75 + 143 * i, 200, 36, 60, 3, 150);
  }
  const auto boxes = tall_pieces(image::segment_sheet(picture, 1).at(0));
  CHECK(std::ranges::count_if(boxes, [](const image::Box& box) { return box.width < 5; }) == 6);
  CHECK(std::ranges::count_if(boxes, [](const image::Box& box) { return box.width > 30; }) == 6);
}

TEST_CASE("a digit that fills its picture is seen in one of the ways") {
  image::Picture picture = page(900, 600, 200);
  draw_zero(picture, 250, 60, 330, 480, 30, 40);
  add_noise(picture, 4);
  CHECK(std::ranges::any_of(image::segment_sheet(picture, 1), [](const auto& segmented) {
    const auto boxes = tall_pieces(segmented);
    return boxes.size() == 1 && std::abs(boxes[0].height - 480) < 6;
  }));
}

TEST_CASE("one small digit on a large page is found, and none on a blank one") {
  image::Picture picture = page(1600, 1200, 200);
  shade(picture);
  add_noise(picture, 6);
  CHECK(tall_pieces(image::segment_sheet(picture, 1).at(0)).empty());
  draw_bar(picture, 700, 500, 4, kTall, 60);
  const auto boxes = tall_pieces(image::segment_sheet(picture, 1).at(0));
  REQUIRE(boxes.size() == 1);
  CHECK(std::abs(boxes[0].x - 700) < 4);
}
