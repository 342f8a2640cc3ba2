#include "image/propose/propose.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include "base/random.hpp"
#include "image/drawn.hpp"
#include "image/propose/likeliest.hpp"
#include "image/propose/ready_digit.hpp"
#include "image/propose/stretched_digit.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;

namespace {

int level(const image::Digit& digit, int x, int y) {
  return digit.pixels[static_cast<std::size_t>(y * image::kDigitSide + x)];
}

/// A zero in MNIST's form: white, ring in the middle, nothing in its hole and at the border.
void check_zero(const std::optional<image::Digit>& digit) {
  REQUIRE(digit);
  CHECK(level(*digit, 14, 14) < 60);
  for (int i = 0; i < image::kDigitSide; ++i) {
    CHECK(level(*digit, i, 1) == 0);
    CHECK(level(*digit, 1, i) == 0);
  }
  int brightest = 0;
  for (int x = 4; x < 14; ++x) brightest = std::max(brightest, level(*digit, x, 14));
  CHECK(brightest > 180);
}

/// A photograph's grain, and its light, which falls off by `fall` grey levels to the right.
void photograph(image::Picture& picture, int fall) {
  Random random(7, 0);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double grain = 6 * (random.uniform() + random.uniform() - 1);
      const double light = fall * (0.5 - 1.0 * x / picture.width);
      put(picture, x, y, static_cast<int>(picture.at(x, y) + grain + light));
    }
  }
}

int largest_difference(const image::Digit& a, const image::Digit& b) {
  int most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return most;
}

}  // namespace

TEST_CASE("a digit is found whatever the size, the place and the pen") {
  for (const int side : {28, 60, 200, 900, 2000}) {
    CAPTURE(side);
    for (const int stroke : {std::max(1, side / 40), side / 14}) {
      image::Picture picture = page(side, side * 3 / 4);
      draw_zero(picture, side / 3, side / 8, side / 3, side / 2, stroke);
      check_zero(likeliest(picture));
    }
  }
}

TEST_CASE("a digit and its negative give the same picture") {
  image::Picture picture = page(300, 240);
  draw_zero(picture, 90, 50, 80, 130, 9);
  shade(picture);
  const auto dark = likeliest(picture), light = likeliest(negative(picture));
  check_zero(dark);
  REQUIRE(light);
  CHECK(largest_difference(*dark, *light) <= 3);
}

TEST_CASE("uneven light and a shadow do not matter") {
  image::Picture picture = page(640, 480, 220);
  draw_zero(picture, 250, 150, 120, 190, 10, 60);
  shade(picture);
  check_zero(likeliest(picture));
}

TEST_CASE("ruled lines and a table at the edge are left out") {
  image::Picture picture = page(640, 480);
  for (int y = 30; y < 480; y += 60) draw_bar(picture, 0, y, 640, 2, 180);
  draw_bar(picture, 0, 0, 40, 480, 90);
  draw_zero(picture, 250, 150, 120, 190, 10);
  shade(picture);
  const auto digit = likeliest(picture);
  check_zero(digit);
  CHECK(std::abs(digit->box.x - 250) < 6);
  CHECK(std::abs(digit->box.width - 120) < 12);
}

TEST_CASE("lines are left out of a photograph whose light hardly changes") {
  image::Picture picture = page(640, 640, 170);
  for (int at = 60; at < 640; at += 120) {
    draw_bar(picture, 0, at, 640, 3, 120);
    draw_bar(picture, at, 0, 3, 640, 120);
  }
  draw_zero(picture, 200, 120, 180, 290, 30, 90);
  photograph(picture, 14);
  const auto digit = likeliest(picture);
  check_zero(digit);
  CHECK(digit->box.width < 200);
}

TEST_CASE("thick strokes in a photograph are no paper") {
  image::Picture picture = page(640, 640, 170);
  draw_bar(picture, 160, 140, 100, 190, 40);
  photograph(picture, 40);
  const auto digit = likeliest(picture);
  REQUIRE(digit);
  CHECK(level(*digit, 14, 14) > 200);
}

TEST_CASE("specks are dropped and a detached stroke is kept") {
  image::Picture picture = page(300, 300);
  draw_bar(picture, 110, 100, 8, 120);
  draw_bar(picture, 130, 90, 60, 8);
  draw_bar(picture, 20, 20, 3, 3);
  const auto digit = likeliest(picture);
  REQUIRE(digit);
  CHECK(digit->box == image::Box{110, 90, 80, 130});
}

TEST_CASE("the centre of mass is in the middle") {
  image::Picture picture = page(200, 200);
  draw_bar(picture, 20, 30, 10, 90);
  draw_bar(picture, 20, 110, 50, 10);
  const auto digit = likeliest(picture);
  REQUIRE(digit);
  double mass = 0, sum_x = 0, sum_y = 0;
  for (int y = 0; y < image::kDigitSide; ++y) {
    for (int x = 0; x < image::kDigitSide; ++x) {
      mass += level(*digit, x, y);
      sum_x += level(*digit, x, y) * (x + 0.5);
      sum_y += level(*digit, x, y) * (y + 0.5);
    }
  }
  CHECK(std::abs(sum_x / mass - 14) < 0.2);
  CHECK(std::abs(sum_y / mass - 14) < 0.2);
}

TEST_CASE("a digit that was stretched to fill a square is drawn narrower again") {
  const auto columns = [](const image::Picture& picture) {
    const auto digit = likeliest(picture);
    REQUIRE(digit);
    int first = image::kDigitSide, last = 0;
    for (int x = 0; x < image::kDigitSide; ++x) {
      if (level(*digit, x, 14) < 128) continue;
      first = std::min(first, x);
      last = x;
    }
    return last - first + 1;
  };
  for (const int scale : {1, 8}) {
    CAPTURE(scale);
    image::Picture stretched = page(16 * scale, 16 * scale), free = page(30 * scale, 30 * scale);
    draw_zero(stretched, 0, 0, 16 * scale, 16 * scale, 2 * scale);
    draw_zero(free, 7 * scale, 7 * scale, 16 * scale, 16 * scale, 2 * scale);
    CHECK(columns(free) >= 19);
    CHECK(columns(stretched) <= 15);
    CHECK(columns(stretched) >= 13);
  }
}

TEST_CASE("how wide a stretched digit was written is left to the judge") {
  image::Picture stretched = page(48, 48);
  draw_zero(stretched, 0, 0, 48, 48, 6);
  std::set<int> widths;
  for (const image::Reading& reading : image::as_stretched(stretched)) {
    int inked = 0;
    for (int x = 0; x < image::kDigitSide; ++x) inked += level(reading.digit, x, 14) > 0 ? 1 : 0;
    widths.insert(inked);
  }
  CHECK(widths.size() >= 3);
}

TEST_CASE("strokes that cover most of a stretched digit's square are proposed as its ink") {
  for (const int scale : {3, 8}) {
    CAPTURE(scale);
    // A fat S, two thirds of the square.
    image::Picture curved = page(16 * scale, 16 * scale);
    draw_zero(curved, 0, 0, 16 * scale, 16 * scale, 7 * scale);
    draw_bar(curved, 8 * scale, 4 * scale, 8 * scale, 2 * scale, 250);
    draw_bar(curved, 0, 10 * scale, 8 * scale, 2 * scale, 250);
    const auto is_curved = [](const image::Reading& reading) {
      const image::Digit& digit = reading.digit;
      return level(digit, 9, 9) > 200 && level(digit, 17, 9) < 60 && level(digit, 14, 14) > 200 &&
             level(digit, 9, 17) < 60 && level(digit, 18, 17) > 200;
    };
    for (const image::Picture& picture : {curved, negative(curved)}) {
      CHECK(std::ranges::any_of(image::propose_digit(picture), is_curved));
    }
  }
}

TEST_CASE("where nothing is ink by its colour there is no faint ink and no line") {
  Random random(7, 0);
  for (int dark = 1; dark < 16; ++dark) {
    CAPTURE(dark);
    image::Picture picture = page(16, 16, 200);
    draw_bar(picture, 0, 0, dark, 16, 90);
    for (std::uint8_t& value : picture.pixels) {
      value = static_cast<std::uint8_t>(value + random.below(40) - 20);
    }
    for (const image::Reading& reading : image::propose_digit(picture)) {
      CHECK(reading.terms.share > 0);
    }
  }
}

TEST_CASE("of several digits it is said that they are several") {
  const auto shows_several = [](const image::Picture& picture) {
    const auto readings = image::propose_digit(picture);
    REQUIRE_FALSE(readings.empty());
    return readings.front().several;
  };
  for (const int side : {200, 600, 1400}) {
    CAPTURE(side);
    const int tall = side / 4, stroke = std::max(2, side / 60);
    image::Picture picture = page(side, side);
    draw_zero(picture, side / 5, side / 3, tall * 2 / 3, tall, stroke);
    CHECK_FALSE(shows_several(picture));
    // A speck, a rule and a dot are no digits.
    draw_bar(picture, side * 3 / 4, side / 3, stroke, stroke);
    draw_bar(picture, side / 5, side * 9 / 10, side / 2, stroke);
    CHECK_FALSE(shows_several(picture));
    draw_zero(picture, side / 2, side / 3 + tall / 10, tall * 2 / 3, tall, stroke);
    CHECK(shows_several(picture));
    CHECK(shows_several(negative(picture)));
  }
}

TEST_CASE("a blank page has no digit") {
  CHECK_FALSE(likeliest(page(300, 200)));
  CHECK_FALSE(likeliest(page(28, 28, 0)));
  CHECK_FALSE(likeliest(page(1, 1)));
  image::Picture shaded = page(640, 480);
  shade(shaded);
  Random random(1, 0);
  for (std::uint8_t& value : shaded.pixels) {
    value = static_cast<std::uint8_t>(value - random.below(6));
  }
  const auto digit = likeliest(shaded);
  CHECK_FALSE(digit);
}

TEST_CASE("a soft shadow on a blank page is no digit") {
  image::Picture shaded = page(800, 600, 220);
  Random random(1, 0);
  for (int y = 0; y < shaded.height; ++y) {
    for (int x = 0; x < shaded.width; ++x) {
      const double away = (x - 240) / 240.0;
      const int noise = static_cast<int>(random.below(6) + random.below(6));
      put(shaded, x, y, static_cast<int>(220 - 80 * std::exp(-away * away)) - noise);
    }
  }
  CHECK_FALSE(likeliest(shaded));
}

TEST_CASE("the lines of a blank page are no digit") {
  image::Picture lined = page(800, 600);
  for (int y = 0; y < 600; y += 60) draw_bar(lined, 0, y, 800, 2, 190);
  CHECK_FALSE(likeliest(lined));
}

TEST_CASE("a picture of one row or one column has no digit") {
  CHECK_FALSE(likeliest(page(30000, 1)));
  CHECK_FALSE(likeliest(page(1, 30000)));
}

TEST_CASE("clean squared paper has no digit, and one that is drawn on it is found") {
  image::Picture picture = page(600, 450);
  for (int at = 30; at < 600; at += 60) {
    draw_bar(picture, at, 0, 2, 450, 180);
    draw_bar(picture, 0, at, 600, 2, 180);
  }
  CHECK_FALSE(likeliest(picture));
  CHECK_FALSE(likeliest(negative(picture)));
  draw_zero(picture, 220, 100, 140, 230, 16);
  check_zero(likeliest(picture));
}

TEST_CASE("a picture made like MNIST passes unchanged; and its negative as it") {
  image::Picture picture = page(28, 28, 0);
  draw_zero(picture, 7, 4, 14, 20, 3, 253);
  const auto digit = likeliest(picture);
  REQUIRE(digit);
  CHECK(std::equal(digit->pixels.begin(), digit->pixels.end(), picture.pixels.begin()));
  const auto other = likeliest(negative(picture));
  REQUIRE(other);
  CHECK(other->pixels == digit->pixels);
}

TEST_CASE("without preparation only 28x28 is taken and nothing is changed") {
  image::Picture picture = page(28, 28, 0);
  put(picture, 3, 5, 77);
  CHECK(level(image::exact_digit(picture, "p.png"), 3, 5) == 77);
  CHECK_THROWS_AS(image::exact_digit(page(29, 28), "p.png"), Error);
}

TEST_CASE("a picture of another thing is reduced and nothing else") {
  image::Picture picture = page(280, 140, 100);
  draw_bar(picture, 0, 0, 140, 140, 200);
  const image::Digit digit = image::grey_digit(picture);
  CHECK(level(digit, 3, 14) == 200);
  CHECK(level(digit, 24, 14) == 100);
}

TEST_CASE("a loop that a lens out of focus filled is open in one of the proposals") {
  image::Picture picture = page(40, 40, 200);
  draw_zero(picture, 12, 9, 15, 21, 5, 60);
  image::Plane grey = image::blur(image::grey_of(picture), 2.2F);
  for (std::size_t i = 0; i < grey.values.size(); ++i)
    picture.pixels[i] = static_cast<std::uint8_t>(std::lround(grey.values[i]));
  int closed = 0, open = 0;
  for (const image::Reading& each : image::propose_digit(picture)) {
    const bool sharp = each.terms.group == image::Group::kSharp;
    (sharp ? open : closed) = std::max(sharp ? open : closed, 255 - level(each.digit, 14, 14));
  }
  CAPTURE(closed, open);
  CHECK(open > closed + 60);
}

TEST_CASE("strokes that the pen hardly pressed are told from the paper's grain") {
  // A foot of a tenth of the other stroke's strength.
  image::Picture picture = page(300, 300, 220);
  draw_bar(picture, 120, 60, 16, 120, 30);
  draw_bar(picture, 120, 180, 90, 16, 198);
  photograph(picture, 30);
  const auto readings = image::propose_digit(picture);
  const auto is_whole = [](const image::Reading& each) {
    return each.digit.box.width > 80 && each.digit.box.height > 125;
  };
  const auto found = std::ranges::find_if(readings, is_whole);
  REQUIRE(found != readings.end());
  CHECK(found->terms.group == image::Group::kFaintest);
}

TEST_CASE("of a large picture it is told along how many of its sides a reading lies") {
  for (const bool large : {true, false}) {
    CAPTURE(large);
    const int side = large ? 400 : 200;
    image::Picture picture = page(side, side, 230);
    draw_bar(picture, 0, 0, 20, side, 60);
    draw_bar(picture, 0, side - 20, side, 20, 60);
    draw_zero(picture, side / 2, side / 3, side / 5, side / 4, 6, 40);
    int most = 0, least = 4;
    for (const image::Reading& each : image::propose_digit(picture)) {
      most = std::max(most, each.terms.sides);
      least = std::min(least, each.terms.sides);
    }
    CHECK(most == (large ? 4 : 0));
    CHECK(least == 0);
  }
}
