#include "image/sheet/fainter_strokes.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <optional>
#include <vector>

#include "image/drawn.hpp"
#include "image/sheet/marks.hpp"

using namespace mlpctl;

namespace {

constexpr int kSevenHeight = 60;

/// Zeros by a dark pen, and a seven whose stem it hardly pressed and that reaches down to `bottom`.
image::Picture page_with_seven(int bottom) {
  image::Picture picture = page(700, 400, 200);
  for (int i = 0; i < 4; ++i) draw_zero(picture, 250 + 80 * i, 100, 40, kSevenHeight, 5, 20);
  draw_bar(picture, 100, 100, 44, 26, 20);
  draw_bar(picture, 104, 106, 36, 14, 200);
  draw_bar(picture, 120, 126, 10, bottom - 126, 140);
  return picture;
}

/// The seven as it is found in that picture, with its stem; empty where no stem is seen to go on.
std::optional<image::Mark> seven(const image::Picture& picture, bool stem_is_anothers = false) {
  const image::Ink ink(picture, 1);
  const image::Segmentation found =
      image::segment_ink(ink.in_strokes(image::Polarity::kDark, 0.025));
  const auto faint = image::with_faint_ink(found, image::Faintness::kFaint);
  if (!faint) return std::nullopt;
  std::vector<image::Mark> marks = image::candidates(found);
  const auto top = std::ranges::min_element(marks, {}, [](const auto& mark) { return mark.box.x; });
  REQUIRE(std::abs(top->box.height - 26) < 4);
  std::vector<bool> of_marks(found.found.pieces.size(), stem_is_anothers);
  const std::vector<image::Part> parts{{*top}};
  return image::with_fainter_strokes(found, *faint, parts, of_marks, kSevenHeight);
}

}  // namespace

TEST_CASE("a stroke that goes on with less pressure is part of its digit") {
  const auto whole = seven(page_with_seven(100 + kSevenHeight));
  REQUIRE(whole);
  CHECK(std::abs(whole->box.y - 100) < 4);
  CHECK(std::abs(whole->box.height - kSevenHeight) < 4);
}

TEST_CASE("what goes on further than a digit reaches, or nowhere, is none of it") {
  CHECK_FALSE(seven(page_with_seven(260)));
  CHECK_FALSE(seven(page_with_seven(126)));
}

TEST_CASE("what goes on into another mark is that mark's") {
  image::Picture picture = page_with_seven(100 + kSevenHeight);
  draw_bar(picture, 112, 144, 26, 12, 20);
  CHECK(seven(picture));
  CHECK_FALSE(seven(picture, true));
}
