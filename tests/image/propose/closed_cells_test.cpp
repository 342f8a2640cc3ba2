#include "image/propose/closed_cells.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "image/drawn.hpp"
#include "image/propose/propose.hpp"

using namespace mlpctl;

namespace {

constexpr int kLine = 3, kBoxSide = 80, kLeft = 60, kTop = 110;

/// A row of three boxes on a page of 400x300, which rises by so much from left to right.
image::Picture form(int rise = 0) {
  image::Picture picture = page(400, 300, 230);
  const auto shift = [&](int x) { return rise * (x - kLeft) / (3 * kBoxSide); };
  for (int x = kLeft; x < kLeft + 3 * kBoxSide; ++x) {
    draw_bar(picture, x, kTop - shift(x), 1, kLine, 60);
    draw_bar(picture, x, kTop + kBoxSide - shift(x), 1, kLine, 60);
  }
  for (int i = 0; i < 4; ++i) {
    const int x = kLeft + i * kBoxSide;
    draw_bar(picture, x, kTop - shift(x), kLine, kBoxSide + kLine, 60);
  }
  return picture;
}

std::vector<image::ClosedCell> cells_of(const image::Picture& picture) {
  return image::closed_cells(image::segment_ink(image::Ink(picture, 1).on_paper(0.3)));
}

int darkest(const image::Picture& picture) {
  return *std::ranges::min_element(picture.pixels);
}

bool lies_around(const image::Box& box, const image::Box& inner) {
  constexpr int kMost = 8;
  return box.x <= inner.x && box.y <= inner.y && box.x >= inner.x - kMost &&
         box.y >= inner.y - kMost && box.x + box.width >= inner.x + inner.width &&
         box.y + box.height >= inner.y + inner.height;
}

}  // namespace

TEST_CASE("of a form's boxes those in which something is drawn are cells") {
  for (const int rise : {0, 8, -8}) {
    CAPTURE(rise);
    image::Picture picture = form(rise);
    CHECK(cells_of(picture).empty());
    draw_zero(picture, kLeft + kBoxSide + 25, kTop + 15 - rise / 2, 30, 50, 4, 40);
    const auto cells = cells_of(picture);
    REQUIRE(cells.size() == 1);
    CHECK(cells[0].box.x > kLeft + kBoxSide);
    CHECK(cells[0].box.x + cells[0].box.width <= kLeft + 2 * kBoxSide);
    CHECK(cells[0].box.height > kBoxSide - 8);
  }
}

TEST_CASE("within a cell there is paper in place of its frame, and what is drawn stays") {
  image::Picture picture = form(8);
  draw_bar(picture, kLeft + kBoxSide + 30, kTop + 20, 20, 30, 90);
  const auto cells = cells_of(picture);
  REQUIRE(cells.size() == 1);
  const image::Picture inside = image::inside_of(cells[0], picture, 1);
  CHECK(inside.width == cells[0].box.width);
  CHECK(darkest(inside) == 90);
  for (int y = 0; y < inside.height; ++y) CHECK(inside.at(0, y) == 230);
}

TEST_CASE("what touches the frame from within, or reaches beyond it, is in the cell") {
  image::Picture picture = form();
  draw_bar(picture, kLeft + kBoxSide + 30, kTop + 30, 70, 6, 40);
  draw_bar(picture, kLeft + kBoxSide + 30, kTop + 30, 6, 30, 40);
  const auto cells = cells_of(picture);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].box.x > kLeft + kBoxSide);
  CHECK(cells[0].box.width > kBoxSide - 10);
}

TEST_CASE("a digit as tall as its cell parts the paper of one cell") {
  image::Picture picture = form();
  draw_zero(picture, kLeft + kBoxSide + 20, kTop - 2, 40, kBoxSide + 6, 6, 40);
  const auto cells = cells_of(picture);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].box.width > kBoxSide - 10);
}

TEST_CASE("the loops of digits are no cells, whatever lies in them") {
  image::Picture picture = page(300, 300, 230);
  draw_zero(picture, 60, 60, 160, 180, 8, 40);
  draw_bar(picture, 130, 120, 12, 60, 40);
  CHECK(cells_of(picture).empty());
}

TEST_CASE("a digit in one of a form's boxes is seen by itself") {
  image::Picture picture = form(8);
  draw_zero(picture, kLeft + kBoxSide + 22, kTop - 2, 36, 60, 4, 40);
  const image::Box zero{kLeft + kBoxSide + 24, kTop, 32, 56};
  for (const image::Picture& each : {picture, negative(picture)}) {
    const auto readings = image::propose_digit(each);
    CHECK(std::ranges::any_of(readings, [&](const image::Reading& reading) {
      return reading.terms.share > 0.9F && lies_around(reading.digit.box, zero);
    }));
  }
}

TEST_CASE("of digits in several of a form's boxes each is told not to be alone") {
  image::Picture picture = form();
  /// Of what is all that its cell holds.
  const auto several_in_middle = [&] {
    int several = 0;
    for (const image::Reading& each : image::propose_digit(picture)) {
      const image::Box& box = each.digit.box;
      const bool in_middle = box.x > kLeft + kBoxSide && box.x + box.width < kLeft + 2 * kBoxSide;
      several += in_middle && each.terms.share == 1 && each.several ? 1 : 0;
    }
    return several;
  };
  draw_zero(picture, kLeft + kBoxSide + 25, kTop + 15, 30, 50, 4, 40);
  CHECK(several_in_middle() == 0);
  draw_zero(picture, kLeft + 25, kTop + 15, 30, 50, 4, 40);
  CHECK(several_in_middle() > 0);
}
