#include "train/augment/hands.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cstdint>

#include "train/augment/augment.hpp"

using mlpctl::Random;
using mlpctl::train::Canvas;

namespace {

/// A bare 1: an upright stem, three pixels wide, in rows 5 to 24.
Canvas stem() {
  Canvas canvas;
  for (std::size_t y = 5; y < 25; ++y) {
    for (std::size_t x = 13; x < 16; ++x) canvas.rows[y][x] = 255;
  }
  return canvas;
}

/// A bare 7: a stroke across the top and an upright one down.
Canvas hook() {
  Canvas canvas = stem();
  for (std::size_t y = 5; y < 8; ++y) {
    for (std::size_t x = 5; x < 16; ++x) canvas.rows[y][x] = 255;
  }
  return canvas;
}

double ink(const Canvas& canvas, std::size_t top, std::size_t bottom) {
  double sum = 0;
  for (std::size_t y = top; y <= bottom; ++y) {
    for (const std::uint8_t pixel : canvas.rows[y]) sum += pixel / 255.0;
  }
  return sum;
}

double centre(const Canvas& canvas) {
  double sum = 0, moment = 0;
  for (const auto& row : canvas.rows) {
    for (std::size_t x = 0; x < row.size(); ++x) {
      sum += row[x];
      moment += row[x] * static_cast<double>(x);
    }
  }
  return moment / sum;
}

bool framed_in_black(const Canvas& canvas) {
  for (std::size_t i = 0; i < 32; ++i) {
    if (canvas.rows[0][i] != 0 || canvas.rows[29][i] != 0) return false;
    if (canvas.rows[i][0] != 0 || canvas.rows[i][29] != 0) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("an upstroke adds ink to a one and leaves its middle where it was") {
  int feet = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    Canvas one = stem();
    Random random(i, 0);
    mlpctl::train::write_upstroke(one, random);
    CHECK(ink(one, 0, 31) > ink(stem(), 0, 31) + 3);
    CHECK_THAT(centre(one), Catch::Matchers::WithinAbs(14, 0.51));
    CHECK(framed_in_black(one));
    feet += ink(one, 24, 24) > 5;
  }
  CHECK((feet > 30 && feet < 90));
}

TEST_CASE("a bar crosses a seven about halfway and nowhere else") {
  for (std::uint64_t i = 0; i < 300; ++i) {
    Canvas seven = hook();
    Random random(i, 0);
    mlpctl::train::write_bar(seven, random);
    CHECK(ink(seven, 9, 20) > ink(hook(), 9, 20) + 3);
    CHECK(ink(seven, 0, 7) == ink(hook(), 0, 7));
    CHECK(ink(seven, 23, 31) == ink(hook(), 23, 31));
    CHECK(framed_in_black(seven));
  }
}

TEST_CASE("a tail turns to the left at the foot of a nine") {
  for (std::uint64_t i = 0; i < 300; ++i) {
    Canvas nine = hook();
    Random random(i, 0);
    mlpctl::train::write_tail(nine, random);
    CHECK(ink(nine, 16, 26) > ink(hook(), 16, 26) + 3);
    CHECK_THAT(centre(nine), Catch::Matchers::WithinAbs(centre(hook()), 0.51));
    CHECK(framed_in_black(nine));
  }
}

TEST_CASE("a blank picture stays blank in other hands") {
  Canvas blank;
  Random random(1, 0);
  mlpctl::train::write_upstroke(blank, random);
  mlpctl::train::write_bar(blank, random);
  mlpctl::train::write_tail(blank, random);
  CHECK(blank.rows == Canvas{}.rows);
}

TEST_CASE("only ones and sevens and nines change their habits and only their share") {
  auto options = mlpctl::train::kNoAugment;
  options.upstroke = 0.4F;
  options.bar = 0.2F;
  options.tail = 0.6F;
  const mlpctl::train::Augmenter augment{options};
  std::array<std::uint8_t, 784> in{}, out{};
  for (std::size_t y = 4; y < 24; ++y) in[y * 28 + 13] = in[y * 28 + 14] = 255;
  std::array<int, 10> changed{};
  for (int i = 0; i < 5000; ++i) {
    augment(in.data(), out.data(), 1, 0, i, i % 10);
    changed[static_cast<std::size_t>(i % 10)] += in != out;
  }
  CHECK_THAT(changed[1] / 500.0, Catch::Matchers::WithinAbs(0.4, 0.08));
  CHECK_THAT(changed[7] / 500.0, Catch::Matchers::WithinAbs(0.2, 0.08));
  CHECK_THAT(changed[9] / 500.0, Catch::Matchers::WithinAbs(0.6, 0.08));
  changed[1] = changed[7] = changed[9] = 0;
  CHECK(changed == std::array<int, 10>{});
}
