#include "image/sheet/stretches.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "image/drawn.hpp"
#include "image/sheet/marks.hpp"
#include "image/sheet/sheet_segmentation.hpp"

using namespace mlpctl;

namespace {

constexpr int kBarHeight = 64;

/// The stretches that are tried of three bars, so far apart, if they were cut from one mark and
/// each cut crossed so much ink.
std::vector<image::Stretch> stretches_of_bars(int apart, float cut) {
  image::Picture picture = page(600, 300);
  for (int i = 0; i < 3; ++i) draw_bar(picture, 100 + apart * i, 100, 6, kBarHeight);
  const image::Segmentation segmented = image::segment_sheet(picture, 1).at(0);
  std::vector<image::Mark> marks = image::candidates(segmented);
  REQUIRE(marks.size() == 3);
  std::ranges::sort(marks, {}, [](const image::Mark& mark) { return mark.box.x; });
  std::vector<image::Part> parts;
  for (const image::Mark& mark : marks) parts.push_back({mark, parts.empty() ? 0 : cut});
  std::vector<image::Stretch> stretches;
  for (const auto& reading : image::readings_of(segmented, parts, kBarHeight, 1)) {
    stretches.push_back(reading.stretch);
  }
  return stretches;
}

bool has_stretch(const std::vector<image::Stretch>& stretches, int from, int to) {
  return std::ranges::any_of(stretches,
                             [&](const auto& each) { return each.from == from && each.to == to; });
}

}  // namespace

TEST_CASE("each run of parts is tried, but those whose shape tells against them") {
  CHECK(stretches_of_bars(18, 0.1F).size() == 6);
  const auto dear = stretches_of_bars(18, 0.7F);
  CHECK(dear.size() == 5);
  CHECK_FALSE(has_stretch(dear, 1, 2));
  const auto dearest = stretches_of_bars(18, 3);
  REQUIRE(dearest.size() == 1);
  CHECK(has_stretch(dearest, 0, 3));
}

TEST_CASE("parts of one mark may be one digit though no ink is cut between them") {
  const auto stretches = stretches_of_bars(40, 0);
  CHECK(has_stretch(stretches, 0, 3));
}

TEST_CASE("unlikely runs stay where the parts cannot be read without them") {
  const auto stretches = stretches_of_bars(100, 3);
  CHECK(stretches.size() == 5);
  for (int i = 0; i < 3; ++i) CHECK(has_stretch(stretches, i, i + 1));
}

TEST_CASE("a digit of the usual height and width is likelier than others") {
  const image::Stretch usual{.width = 0.6F, .height = 1};
  for (const image::Stretch& other :
       {image::Stretch{.width = 1.4F, .height = 1}, image::Stretch{.width = 0.1F, .height = 1},
        image::Stretch{.width = 0.6F, .height = 0.5F},
        image::Stretch{.width = 0.6F, .height = 1, .cut = 0.3F},
        image::Stretch{.width = 0.6F, .height = 1, .join = 0.1F}}) {
    CHECK(image::shape_of(other) < image::shape_of(usual));
  }
}
