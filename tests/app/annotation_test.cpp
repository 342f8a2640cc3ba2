#include "predict/annotation.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mlpctl;

namespace {

image::Picture white(int width, int height) {
  image::Picture picture{.width = width, .height = height};
  picture.pixels.assign(static_cast<std::size_t>(width * height), 255);
  return picture;
}

bool is_red(const image::Picture& picture, int x, int y) {
  return picture.at(x, y, 0) > 200 && picture.at(x, y, 1) < 50;
}

/// Red pixels within the box.
int red_in(const image::Picture& picture, const digits::Box& box) {
  int count = 0;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) count += is_red(picture, x, y) ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("a digit gets a box and its answer above it") {
  digits::Answer answer;
  answer.lines = {{{.best = 1, .box = {40, 40, 20, 30}}}};
  const image::Picture picture = app::annotated(white(100, 100), answer);
  CHECK(picture.channels == 3);
  CHECK(is_red(picture, 39, 50));
  CHECK(is_red(picture, 60, 50));
  CHECK(red_in(picture, {40, 40, 20, 30}) == 0);
  CHECK(red_in(picture, {40, 20, 20, 19}) > 10);
}

TEST_CASE("on a dense page no answer lies over a digit") {
  // Rows without room between them; to the right of each digit there is some.
  digits::Answer answer;
  for (int row = 0; row < 5; ++row) {
    auto& line = answer.lines.emplace_back();
    for (int column = 0; column < 5; ++column) {
      line.push_back({.best = column, .box = {20 + 50 * column, 20 + 32 * row, 20, 30}});
    }
  }
  const image::Picture picture = app::annotated(white(300, 200), answer);
  int labels = 0;
  for (const auto& line : answer.lines) {
    for (const digits::Digit& digit : line) {
      CHECK(red_in(picture, digit.box) == 0);
      const digits::Box& box = digit.box;
      const digits::Box around{box.x - 20, box.y - 20, box.width + 45, box.height + 40};
      const int frame = 2 * (box.width + box.height) + 4;
      labels += red_in(picture, around) > frame ? 1 : 0;
    }
  }
  CHECK(labels == 25);
}

TEST_CASE("a picture that is full of its digit is annotated within its bounds") {
  digits::Answer answer;
  answer.lines = {{{.best = 8, .box = {0, 0, 28, 28}}}};
  const image::Picture picture = app::annotated(white(28, 28), answer);
  CHECK(red_in(picture, {0, 0, 28, 28}) > 5);
}
