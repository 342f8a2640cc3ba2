#include "image/sheet/sheet.hpp"

#include <algorithm>
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

/// Each mark as one digit, in the likeliest way to see the sheet.
std::vector<std::vector<image::Digit>> likeliest_lines(const image::Picture& picture) {
  std::vector<std::vector<image::Digit>> lines;
  const std::vector<image::ReadableSheet> sheets = image::propose_sheet(picture);
  if (sheets.empty()) return lines;
  for (const image::ReadableLine& line : sheets[0].lines) {
    lines.emplace_back();
    for (const std::vector<image::Reading>& readings : line) {
      const auto whole = [&](const image::Reading& reading) {
        return reading.stretch.from == 0 && reading.stretch.to == readings.back().stretch.to;
      };
      const auto found = std::ranges::find_if(readings, whole);
      REQUIRE(found != readings.end());
      lines.back().push_back(found->digit);
    }
  }
  return lines;
}

/// Whether one of the readings is a digit that lies about there.
bool has_digit(const std::vector<image::Reading>& readings, int x, int width) {
  return std::ranges::any_of(readings, [&](const image::Reading& reading) {
    const image::Box& box = reading.digit.box;
    return std::abs(box.x - x) < 8 && std::abs(box.width - width) < 12;
  });
}

}  // namespace

TEST_CASE("a telephone number in uneven light is found from left to right") {
  image::Picture picture = page(1000, 400, 235);
  draw_number(picture, 170, 0);
  shade(picture);
  const auto lines = likeliest_lines(picture);
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
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 3);
  check_number(lines[0], 140, 5);
  check_number(lines[1], 300, 5);
  check_number(lines[2], 460, 5);
}

TEST_CASE("a low mark in a line does not lead what follows it into another") {
  image::Picture picture = page(1000, 400);
  for (int i = 0; i < 4; ++i) draw_zero(picture, 60 + 90 * i, 170, 44, 64, 6);
  draw_bar(picture, 390, 226, 6, 30);
  for (int i = 4; i < 8; ++i) draw_zero(picture, 60 + 90 * i, 178, 44, 48, 6);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() == 9);
}

TEST_CASE("a line on a slanted page goes on beyond empty cells") {
  image::Picture picture = page(1200, 600);
  const auto draw = [&](int row, int column) {
    draw_zero(picture, 40 + 90 * column, 80 + 110 * row + 9 * column, 40, 60, 6);
  };
  for (const int column : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) draw(0, column);
  for (const int column : {0, 1, 9, 10, 11}) draw(1, column);
  for (const int column : {0, 1, 2, 3, 8, 9, 10, 11}) draw(2, column);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() == 12);
  CHECK(lines[1].size() == 5);
  CHECK(lines[2].size() == 8);
}

TEST_CASE("a glance at a page of many digits sees its middle lines, and all of a page of few") {
  const auto seen_on = [](int lines, image::SheetLook how) {
    image::Picture picture = page(1000, 1000);
    for (int line = 0; line < lines; ++line) draw_number(picture, 30 + 95 * line, 0);
    const std::vector<image::ReadableSheet> sheets = image::propose_sheet(picture, how);
    REQUIRE_FALSE(sheets.empty());
    std::vector<int> tops;
    for (const image::ReadableLine& line : sheets[0].lines) {
      REQUIRE(line.size() == 10);
      tops.push_back(line[0][0].digit.box.y);
    }
    return tops;
  };
  CHECK(seen_on(10, image::SheetLook::kWhole).size() == 10);
  const std::vector<int> middle = seen_on(10, image::SheetLook::kGlance);
  REQUIRE(middle.size() == 4);
  CHECK(std::abs(middle.front() - (30 + 95 * 3)) < 5);
  CHECK(std::abs(middle.back() - (30 + 95 * 6)) < 5);
  CHECK(seen_on(3, image::SheetLook::kGlance).size() == 3);
  CHECK(seen_on(1, image::SheetLook::kGlance).size() == 1);
}

TEST_CASE("a detached bar stays with its digit, and a wide mark may be two that touch") {
  image::Picture picture = page(600, 200);
  draw_bar(picture, 60, 70, 6, 60);
  draw_bar(picture, 72, 62, 30, 6);
  draw_zero(picture, 200, 60, 60, 70, 7);
  draw_zero(picture, 262, 60, 60, 70, 7);
  draw_bar(picture, 256, 92, 10, 6);
  const auto lines = image::propose_sheet(picture).at(0).lines;
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 2);
  REQUIRE(lines[0][0].size() == 1);
  CHECK(lines[0][0][0].digit.box == image::Box{60, 62, 42, 68});
  const std::vector<image::Reading>& touching = lines[0][1];
  CHECK(has_digit(touching, 200, 61));
  CHECK(has_digit(touching, 261, 61));
}

TEST_CASE("a five's bar that reaches towards the next digit goes to the five") {
  image::Picture picture = page(700, 300);
  for (const int x : {100, 360, 480}) draw_zero(picture, x, 100, 55, 80, 6);
  draw_zero(picture, 220, 124, 60, 56, 6);
  draw_bar(picture, 268, 98, 60, 7);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 4);
  const image::Box& five = lines[0][1].box;
  CHECK(std::abs(five.x - 220) < 3);
  CHECK(std::abs(five.y - 98) < 3);
  CHECK(std::abs(five.width - 108) < 4);
}

TEST_CASE("many digits that touch in a row are cut where they touch") {
  image::Picture picture = page(900, 300);
  for (int i = 0; i < 6; ++i) draw_zero(picture, 200 + 56 * i, 100, 50, 70, 6);
  draw_bar(picture, 240, 135, 288, 5);
  for (int i = 0; i < 4; ++i) draw_zero(picture, 200 + 100 * i, 200, 50, 70, 6);
  const auto lines = image::propose_sheet(picture).at(0).lines;
  REQUIRE(lines.size() == 2);
  REQUIRE(lines[0].size() == 1);
  for (int i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(has_digit(lines[0][0], 200 + 56 * i, 50));
  }
}

TEST_CASE("a thin one that touches a thick digit is parted from it") {
  image::Picture picture = page(900, 300);
  for (int i = 0; i < 3; ++i) draw_zero(picture, 100 + 150 * i, 100, 60, 80, 14);
  draw_bar(picture, 155, 138, 18, 4);
  draw_bar(picture, 170, 102, 4, 76);
  const auto lines = image::propose_sheet(picture).at(0).lines;
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 3);
  CHECK(has_digit(lines[0][0], 170, 4));
}

TEST_CASE("what is much fainter than the pen is no digit, and a little fainter is one") {
  image::Picture picture = page(900, 300, 235);
  for (int i = 0; i < 4; ++i) draw_zero(picture, 100 + 120 * i, 100, 50, 70, 8, 40);
  const auto with_bar = [&](std::uint8_t level) {
    image::Picture barred = picture;
    draw_bar(barred, 650, 100, 10, 70, level);
    return likeliest_lines(barred).at(0).size();
  };
  CHECK(with_bar(80) == 5);
  CHECK(with_bar(125) == 4);
}

TEST_CASE("what another pen wrote on a line of its own is no rest") {
  image::Picture picture = page(900, 400, 235);
  for (int i = 0; i < 5; ++i) draw_zero(picture, 100 + 120 * i, 80, 50, 70, 8, 40);
  for (int i = 0; i < 3; ++i) draw_zero(picture, 100 + 120 * i, 240, 50, 70, 8, 125);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].size() == 5);
  CHECK(lines[1].size() == 3);
}

TEST_CASE("what is as tall as a digit is none of a page's rests where several are so faint") {
  image::Picture picture = page(900, 700, 235);
  for (int line = 0; line < 4; ++line) {
    for (int i = 0; i < 5; ++i) {
      const bool printed = i == line;
      draw_zero(picture, 100 + 120 * i, 60 + 150 * line, 50, 70, 8, printed ? 125 : 40);
    }
  }
  draw_bar(picture, 750, 60, 10, 70, 125);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 4);
  for (const auto& line : lines) CHECK(line.size() == 5);
}

TEST_CASE(
    "a one that touches its neighbour is parted from it, and pieces that are near may be one") {
  image::Picture picture = page(900, 300);
  for (int i = 0; i < 3; ++i) draw_zero(picture, 100 + 120 * i, 100, 50, 70, 6);
  draw_bar(picture, 145, 132, 15, 6);
  draw_bar(picture, 158, 100, 6, 70);
  draw_bar(picture, 460, 100, 6, 50);
  draw_bar(picture, 460, 150, 30, 6);
  draw_bar(picture, 494, 100, 6, 70);
  const auto lines = image::propose_sheet(picture).at(0).lines;
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 4);
  CHECK(has_digit(lines[0][0], 100, 54));
  CHECK(has_digit(lines[0][0], 155, 8));
  CHECK(has_digit(lines[0][3], 460, 30));
  CHECK(has_digit(lines[0][3], 494, 6));
  CHECK(has_digit(lines[0][3], 460, 40));
}

TEST_CASE(
    "a speck or a strip alone in its line and what the picture's edge cuts off are not digits") {
  image::Picture picture = page(900, 400);
  for (int i = 0; i < 5; ++i) draw_zero(picture, 200 + 90 * i, 100, 50, 70, 6);
  draw_bar(picture, 500, 300, 6, 36);
  draw_bar(picture, 40, 180, 5, 110);
  draw_bar(picture, 896, 120, 4, 45);
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() == 5);
}

TEST_CASE("a sheet is seen from all sides, with boxes of the picture as it is") {
  image::Picture picture = page(600, 300);
  for (int i = 0; i < 5; ++i) draw_zero(picture, 60 + 100 * i, 100 + 4 * i, 50, 70, 6);
  const auto sheets = image::propose_sheet(picture);
  REQUIRE(sheets.size() == 4);
  for (int turns = 0; turns < 4; ++turns) {
    CAPTURE(turns);
    const image::ReadableSheet& sheet = sheets[static_cast<std::size_t>(turns)];
    CHECK(sheet.turns == turns);
    CHECK(sheet.lines.size() == (turns % 2 == 0 ? 1 : 5));
    const int x = sheet.lines[0][0][0].digit.box.x;
    CHECK(std::abs(x - (turns < 2 ? 60 : 460)) < 4);
  }
}

TEST_CASE("one mark that dwarfs all others is left out in a way of its own") {
  image::Picture picture = page(900, 600);
  for (int i = 0; i < 3; ++i) draw_zero(picture, 300 + 90 * i, 250, 40, 50, 6);
  draw_bar(picture, 60, 40, 700, 12);
  draw_bar(picture, 60, 40, 12, 500);
  const auto sheets = image::propose_sheet(picture);
  CHECK(std::ranges::any_of(sheets, [](const image::ReadableSheet& sheet) {
    return sheet.turns == 0 && sheet.lines.size() == 1 && sheet.lines[0].size() == 3;
  }));
}

TEST_CASE("a table of hundreds of digits is read whole") {
  constexpr int kRows = 24, kColumns = 20, kCell = 60;
  image::Picture picture = page(kColumns * kCell + 40, kRows * kCell + 40);
  for (int row = 0; row <= kRows; ++row) {
    draw_bar(picture, 20, 20 + kCell * row, kColumns * kCell, 2, 40);
  }
  for (int column = 0; column <= kColumns; ++column) {
    draw_bar(picture, 20 + kCell * column, 20, 2, kRows * kCell, 40);
  }
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      draw_zero(picture, 38 + kCell * column, 34 + kCell * row, 22, 34, 3, 130);
    }
  }
  const auto lines = likeliest_lines(picture);
  REQUIRE(lines.size() == kRows);
  for (const auto& line : lines) CHECK(line.size() == kColumns);
}

TEST_CASE("a blank sheet has no digits") {
  CHECK(image::propose_sheet(page(500, 400)).empty());
  CHECK(image::propose_sheet(page(1, 1)).empty());
}
