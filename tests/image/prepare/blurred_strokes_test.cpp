#include "image/prepare/blurred_strokes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <optional>

#include "image/prepare/segmentation.hpp"

using mlpctl::image::blur;
using mlpctl::image::Components;
using mlpctl::image::find_components;
using mlpctl::image::kOfSheet;
using mlpctl::image::Mask;
using mlpctl::image::Plane;
using mlpctl::image::segment_ink;
using mlpctl::image::without_blur;

namespace {

constexpr float kRingInk = 100;

/// Rings of this radius, drawn by a pen this wide, side by side.
Plane rings(int count, float radius, float pen) {
  const int side = static_cast<int>(4 * radius);
  Plane ink(count * side, side);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      const float across = static_cast<float>(x % side) - 2 * radius;
      const float away = std::hypot(across, static_cast<float>(y) - 2 * radius);
      if (std::abs(away - radius) < pen / 2) ink.at(x, y) = kRingInk;
    }
  }
  return ink;
}

Components pieces_of(const Plane& ink) {
  Mask mask(ink.width, ink.height);
  for (std::size_t i = 0; i < ink.values.size(); ++i) mask.values[i] = ink.values[i] > kRingInk / 3;
  return find_components(mask, ink);
}

/// How much of the ring's ink lies in its middle.
float filled(const Plane& ink, int radius, int at = 0) {
  const int x = 2 * radius + 4 * radius * at, y = 2 * radius;
  return ink.at(x, y) / ink.at(x + radius, y);
}

}  // namespace

TEST_CASE("loops that a blur has filled are open again, at any size") {
  for (const int radius : {4, 8, 20}) {
    CAPTURE(radius);
    const auto size = static_cast<float>(radius);
    const Plane blurred = blur(rings(1, size, 0.7F * size), 0.55F * size);
    REQUIRE(filled(blurred, radius) > 0.7F);
    const auto sharp = without_blur(blurred, pieces_of(blurred), {true}, kRingInk / 2, kOfSheet);
    REQUIRE(sharp.has_value());
    CHECK(filled(*sharp, radius) < filled(blurred, radius) - 0.15F);
  }
}

TEST_CASE("strokes with steep edges are not blurred") {
  const Plane sharp = rings(1, 30, 18);
  CHECK_FALSE(without_blur(sharp, pieces_of(sharp), {true}, kRingInk, kOfSheet).has_value());
  const Plane paper(30, 20);
  CHECK_FALSE(without_blur(paper, pieces_of(paper), {}, kRingInk, kOfSheet).has_value());
}

TEST_CASE("nothing is added beside strokes, and pieces that are not chosen stay as they are") {
  const Plane blurred = blur(rings(2, 8, 6), 3);
  const Components found = pieces_of(blurred);
  REQUIRE(found.pieces.size() == 2);
  const auto both = without_blur(blurred, found, {true, true}, kRingInk / 2, kOfSheet);
  const auto first = without_blur(blurred, found, {true, false}, kRingInk / 2, kOfSheet);
  REQUIRE((both && first));
  CHECK(first->at(8, 16) > blurred.at(8, 16));
  for (std::size_t i = 0; i < blurred.values.size(); ++i) {
    const int label = found.labels.values[i];
    if (label == 0) CHECK(both->values[i] <= blurred.values[i]);
    if (label == found.labels.at(40, 16)) CHECK(first->values[i] == blurred.values[i]);
  }
}

TEST_CASE("a blurred digit is seen by three levels, one with fainter strokes by its own") {
  const Plane ring = rings(1, 20, 14);
  Plane sharp(240, 240);
  for (int y = 0; y < ring.height; ++y) {
    for (int x = 0; x < ring.width; ++x) sharp.at(x + 80, y + 80) = ring.at(x, y);
  }
  Plane two = sharp;
  for (int y = 80; y < 160; ++y) {
    for (int x = 170; x < 182; ++x) two.at(x, y) = 0.35F * kRingInk;
  }
  const auto ways_of = [](const Plane& ink) {
    return without_blur(segment_ink({.ink = ink, .brightness = ink, .flat = true}));
  };
  const auto ways = ways_of(blur(sharp, 9));
  REQUIRE(ways.size() == 3);
  CHECK(ways[1].level < ways[0].level);
  CHECK(ways[0].level < ways[2].level);
  REQUIRE_FALSE((ways[1].found.pieces.empty() || ways[2].found.pieces.empty()));
  CHECK(ways[1].found.pieces[0].area > ways[2].found.pieces[0].area);
  CHECK(ways_of(blur(two, 9)).size() == 1);
  CHECK(ways_of(sharp).empty());
}
