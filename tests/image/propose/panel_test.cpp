#include "image/propose/panel.hpp"

#include <catch2/catch_test_macros.hpp>

#include "image/drawn.hpp"
#include "image/propose/likeliest.hpp"

using namespace mlpctl;

namespace {

std::optional<image::Box> panel_of(const image::Picture& picture) {
  return image::find_panel(image::segment_ink(image::Ink(picture, 1).on_paper(0.3)));
}

/// A window with a title and three buttons; the drawing area is at (60, 80), 280x280.
image::Picture window(int area) {
  image::Picture picture = page(400, 420, 235);
  draw_bar(picture, 0, 0, 400, 24, 60);
  draw_bar(picture, 58, 78, 284, 284, 90);
  draw_bar(picture, 60, 80, 280, 280, area);
  for (int i = 0; i < 3; ++i) draw_bar(picture, 60 + 90 * i, 380, 60, 20, 150);
  return picture;
}

bool lies_in(const image::Box& inner, const image::Box& outer) {
  return inner.x >= outer.x && inner.y >= outer.y &&
         inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

}  // namespace

TEST_CASE("the digit of a screenshot is what is drawn in its drawing area") {
  for (const bool dark : {true, false}) {
    CAPTURE(dark);
    image::Picture picture = window(dark ? 0 : 255);
    const auto panel = panel_of(picture);
    REQUIRE(panel);
    CHECK(lies_in(*panel, {60, 80, 280, 280}));
    CHECK(panel->width > 250);
    draw_zero(picture, 150, 130, 80, 120, 14, dark ? 255 : 0);
    for (const image::Picture& each : {picture, negative(picture)}) {
      const auto digit = likeliest(each);
      REQUIRE(digit);
      CHECK(lies_in(digit->box, {140, 120, 100, 140}));
      CHECK(digit->box.height > 110);
    }
  }
}

TEST_CASE("the ticks of a plot's axes do not hide its panel") {
  for (const bool dark : {true, false}) {
    CAPTURE(dark);
    image::Picture picture = page(400, 300, 255);
    draw_bar(picture, 98, 28, 244, 244, 0);
    draw_bar(picture, 100, 30, 240, 240, dark ? 0 : 255);
    for (int i = 0; i < 5; ++i) {
      draw_bar(picture, 90, 40 + 50 * i, 8, 2, 0);
      draw_bar(picture, 110 + 50 * i, 272, 2, 8, 0);
    }
    draw_zero(picture, 170, 80, 90, 140, 20, dark ? 255 : 0);
    const auto digit = likeliest(picture);
    REQUIRE(digit);
    CHECK(lies_in(digit->box, {160, 70, 110, 160}));
    CHECK(digit->box.height > 130);
  }
}

TEST_CASE("neither a digit nor a bar is a drawing area") {
  image::Picture picture = page(400, 400);
  draw_zero(picture, 100, 50, 200, 300, 30);
  CHECK_FALSE(panel_of(picture));
  image::Picture bar = page(400, 400);
  draw_bar(bar, 180, 40, 50, 320);
  CHECK_FALSE(panel_of(bar));
}
