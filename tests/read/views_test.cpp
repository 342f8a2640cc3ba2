#include "read/views.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <vector>

using namespace mlpctl;
using digits::Views;

namespace {

constexpr int kSide = digits::kInputSide, kArea = kSide * kSide;

/// A reading of one point of ink.
image::Reading point(int x, int y, std::uint8_t strength = 255) {
  image::Reading reading;
  reading.digit.pixels[static_cast<std::size_t>(y * kSide + x)] = strength;
  return reading;
}

/// Of each picture: where its point is, how strong, and how many it has.
std::vector<float> find_points(std::span<const std::uint8_t> pictures) {
  std::vector<float> logits;
  for (std::size_t at = 0; at < pictures.size(); at += kArea) {
    std::vector<float> own(digits::kClasses);
    for (int i = 0; i < kArea; ++i) {
      const std::uint8_t value = pictures[at + static_cast<std::size_t>(i)];
      if (value == 0) continue;
      own = {static_cast<float>(i % kSide), static_cast<float>(i / kSide),
             static_cast<float>(value), own[3] + 1};
      own.resize(digits::kClasses);
    }
    logits.insert(logits.end(), own.begin(), own.end());
  }
  return logits;
}

}  // namespace

TEST_CASE("a prepared digit is seen where it is and a pixel nearer to each corner") {
  std::set<std::pair<float, float>> seen;
  const digits::Network network = [&](std::span<const std::uint8_t> pictures) {
    std::vector<float> logits = find_points(pictures);
    for (std::size_t i = 0; i < logits.size(); i += digits::kClasses) {
      CHECK(logits[i + 2] == 200);
      CHECK(logits[i + 3] == 1);
      seen.emplace(logits[i], logits[i + 1]);
    }
    return logits;
  };
  Views views(network);
  views.add(point(10, 15, 200));
  const std::vector<digits::Opinion> opinions = views.take();
  REQUIRE(opinions.size() == 1);
  CHECK(opinions[0].logits[0] == 10);
  CHECK(opinions[0].logits[1] == 15);
  CHECK(opinions[0].mean[0] == Catch::Approx(10));
  CHECK(opinions[0].mean[1] == Catch::Approx(15));
  CHECK(seen == std::set<std::pair<float, float>>{{10, 15}, {9, 14}, {11, 14}, {9, 16}, {11, 16}});
  CHECK(views.take().empty());
}

TEST_CASE("ink that would leave the picture is lost, and none comes in at the other side") {
  const digits::Network network = find_points;
  Views views(network);
  views.add(point(0, 27));
  // It stays where it is, and in the view that moves it into the picture.
  CHECK(views.take().at(0).mean[3] == Catch::Approx(2.0 / 5));
}

TEST_CASE("a picture that is taken as it is has one view, to the bit") {
  const digits::Network network = [](std::span<const std::uint8_t> pictures) {
    CHECK(pictures.size() == kArea);
    return std::vector<float>{0.1F, 1.0F / 3, -7.3F, 0, 1, 2, 3, 4, 5, 6};
  };
  Views views(network);
  image::Reading ready = point(3, 4);
  ready.terms.source = image::Source::kReady;
  views.add(ready);
  const digits::Opinion opinion = views.take().at(0);
  CHECK(opinion.mean == opinion.logits);
}

TEST_CASE("opinions come in the order of the readings however many there are") {
  constexpr int kMany = 2000;
  int calls = 0;
  const digits::Network network = [&](std::span<const std::uint8_t> pictures) {
    ++calls;
    return find_points(pictures);
  };
  Views views(network);
  for (int i = 0; i < kMany; ++i) views.add(point(5 + i % 11, 5 + i % 13));
  const std::vector<digits::Opinion> opinions = views.take();
  REQUIRE(opinions.size() == kMany);
  CHECK(calls > 1);
  for (int i = 0; i < kMany; ++i) {
    const auto& own = opinions[static_cast<std::size_t>(i)].logits;
    CHECK((own[0] == static_cast<float>(5 + i % 11) && own[1] == static_cast<float>(5 + i % 13)));
  }
}
