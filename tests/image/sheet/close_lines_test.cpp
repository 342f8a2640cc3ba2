#include "image/sheet/close_lines.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mlpctl::image;

namespace {

constexpr int kStroke = 40;

/// An upright stroke with a foot.
void draw(Plane& ink, int x, int y, int tall = kStroke) {
  for (int v = y; v < y + tall; ++v) {
    for (int u = x; u < x + 4; ++u) ink.at(u, v) = 100;
  }
  for (int u = x; u < x + 20; ++u) ink.at(u, y + tall - 1) = 100;
}

Segmentation segmented_in(Plane ink) {
  Mask mask(ink.width, ink.height);
  for (std::size_t i = 0; i < mask.values.size(); ++i) mask.values[i] = ink.values[i] > 0;
  Segmentation segmented{.ink = std::move(ink), .level = 50};
  segmented.found = find_components(mask, segmented.ink);
  return segmented;
}

}  // namespace

TEST_CASE("digits that touch across two lines of writing are cut apart") {
  Plane ink(300, 200);
  for (const int x : {20, 70, 120}) draw(ink, x, 40);
  for (const int x : {20, 120, 170}) draw(ink, x, x == 20 ? 80 : 90);
  Segmentation segmented = segmented_in(ink);
  REQUIRE(segmented.found.pieces.size() == 5);
  cut_close_lines(segmented, kStroke);
  REQUIRE(segmented.found.pieces.size() == 6);
  for (const Component& piece : segmented.found.pieces)
    CHECK(std::abs(piece.box.height - kStroke) < 3);
}

TEST_CASE("a tall digit among others stays whole") {
  Plane ink(300, 200);
  for (const int x : {20, 70, 120}) draw(ink, x, 60);
  draw(ink, 170, 40, 2 * kStroke);
  Segmentation segmented = segmented_in(ink);
  cut_close_lines(segmented, kStroke);
  CHECK(segmented.found.pieces.size() == 4);
}
