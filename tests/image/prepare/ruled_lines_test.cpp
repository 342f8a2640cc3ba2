#include "image/prepare/ruled_lines.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "base/random.hpp"

using mlpctl::image::Plane;

namespace {

constexpr float kPrint = 40, kPen = 110, kLevel = 5;

/// Bare paper with noise.
Plane paper(int width, int height) {
  mlpctl::Random random(3, 0);
  Plane plane(width, height);
  for (float& value : plane.values) value = random.uniform(-8, 8);
  return plane;
}

/// A line two pixels thick that bends and slants.
float bent(float y, int x) {
  return y + 0.03F * static_cast<float>(x) + 6 * std::sin(static_cast<float>(x) / 200);
}

void print_lines(Plane& plane) {
  for (float y = 30; y < static_cast<float>(plane.height) - 40; y += 60) {
    for (int x = 0; x < plane.width; ++x) {
      const int at = static_cast<int>(std::lround(bent(y, x)));
      for (int v = at; v < std::min(at + 2, plane.height); ++v) plane.at(x, v) += kPrint;
    }
  }
}

void draw(Plane& plane, int left, int top, int width, int height) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) plane.at(x, y) = kPen;
  }
}

/// Printed, level or upright.
void draw_line(Plane& plane, int left, int top, int width, int height) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) plane.at(x, y) = kPrint;
  }
}

int count_above(const Plane& plane, float level) {
  return static_cast<int>(
      std::ranges::count_if(plane.values, [&](float value) { return value > level; }));
}

}  // namespace

TEST_CASE("bent lines are taken out, level and upright") {
  Plane plane = paper(640, 480);
  print_lines(plane);
  Plane upright(480, 640);
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 640; ++x) upright.at(y, x) = plane.at(x, y);
  }
  for (Plane* each : {&plane, &upright}) {
    CHECK(count_above(*each, kPrint / 2) > 7000);
    remove_ruled_lines(*each, kLevel, 0.9F);
    CHECK(count_above(*each, kPrint / 2) < 100);
  }
}

TEST_CASE("strokes across a line and along it stay") {
  for (const int width : {12, 60}) {
    CAPTURE(width);
    Plane plane = paper(640, 480);
    print_lines(plane);
    draw(plane, 300, 100, width, 160);
    draw(plane, 260, 190, 140, 12);
    Plane wanted(640, 480);
    draw(wanted, 300, 100, width, 160);
    draw(wanted, 260, 190, 140, 12);
    remove_ruled_lines(plane, kLevel, 0.9F);
    int lost = 0, left = 0;
    for (std::size_t i = 0; i < plane.values.size(); ++i) {
      const bool inked = plane.values[i] > kPrint;
      lost += wanted.values[i] > 0 && !inked ? 1 : 0;
      left += wanted.values[i] == 0 && inked ? 1 : 0;
    }
    CHECK(lost < count_above(wanted, 1) / 20);
    CHECK(left < 100);
  }
}

TEST_CASE("a short dash is no printed line") {
  Plane plane = paper(640, 480);
  draw(plane, 250, 200, 140, 3);
  remove_ruled_lines(plane, kLevel, 0.5F);
  CHECK(count_above(plane, kPen / 2) == 140 * 3);
}

TEST_CASE("lines that end in the picture are taken out to their ends") {
  Plane plane = paper(800, 600);
  for (int i = 0; i < 10; ++i) draw_line(plane, 90, 70 + 50 * i, 640, 2);
  for (int i = 0; i < 10; ++i) draw_line(plane, 90 + 71 * i, 70, 2, 450);
  remove_ruled_lines(plane, kLevel, 0.5F);
  CHECK(count_above(plane, kPrint / 2) < 150);
}

TEST_CASE("the upright lines of a table far lower than the picture are taken out, and no ones") {
  Plane plane = paper(800, 1000);
  for (int i = 0; i < 4; ++i) draw_line(plane, 60, 300 + 90 * i, 640, 3);
  for (int i = 0; i < 5; ++i) draw_line(plane, 60 + 160 * i, 300, 3, 270);
  draw(plane, 130, 310, 8, 70);
  draw(plane, 290, 490, 8, 70);
  remove_ruled_lines(plane, kLevel, 0.5F);
  CHECK(count_above(plane, kPen / 2) > 2 * 8 * 60);
  CHECK(count_above(plane, kPrint / 2) < 2 * 8 * 70 + 150);
}
