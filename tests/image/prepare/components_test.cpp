#include "image/prepare/components.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace mlpctl::image;

namespace {

Mask mask_of(const std::vector<std::string>& rows) {
  Mask mask(static_cast<int>(rows.front().size()), static_cast<int>(rows.size()));
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      mask.at(x, y) = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#' ? 1 : 0;
    }
  }
  return mask;
}

Components components_of(const Mask& mask) {
  return find_components(mask, Plane(mask.width, mask.height, 0.5F));
}

/// Spreads from each pixel that has no label yet, row by row.
Grid<int> labels_by_spreading(const Mask& mask) {
  Grid<int> labels(mask.width, mask.height);
  int count = 0;
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    if (mask.values[i] == 0 || labels.values[i] != 0) continue;
    labels.values[i] = ++count;
    std::vector<std::size_t> open{i};
    while (!open.empty()) {
      const int x = static_cast<int>(open.back()) % mask.width;
      const int y = static_cast<int>(open.back()) / mask.width;
      open.pop_back();
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          if (!mask.inside(x + dx, y + dy) || mask.at(x + dx, y + dy) == 0) continue;
          if (std::exchange(labels.at(x + dx, y + dy), count) == 0) {
            open.push_back(mask.index(x + dx, y + dy));
          }
        }
      }
    }
  }
  return labels;
}

}  // namespace

TEST_CASE("pieces touch over sides and corners, and are numbered by their first pixel") {
  const Mask mask = mask_of({"#..#.#",  //
                             ".#.#.#",  //
                             "....#.",  //
                             "##...."});
  const Components found = components_of(mask);
  CHECK(found.labels.values == std::vector{1, 0, 0, 2, 0, 2,  //
                                           0, 1, 0, 2, 0, 2,  //
                                           0, 0, 0, 0, 2, 0,  //
                                           3, 3, 0, 0, 0, 0});
  REQUIRE(found.pieces.size() == 3);
  const Component& fork = found.pieces[1];
  CHECK((fork.box.x == 3 && fork.box.y == 0 && fork.box.width == 3 && fork.box.height == 3));
  CHECK(fork.area == 5);
  CHECK(fork.rim == 3);
  CHECK(fork.mass == 2.5F);
}

TEST_CASE("a picture of one column has each pixel on its edge once") {
  const Components found = components_of(mask_of({"#", "#", "#"}));
  REQUIRE(found.pieces.size() == 1);
  CHECK(found.pieces.front().rim == 3);
}

TEST_CASE("a mask without pixels or without ink has no pieces") {
  CHECK(components_of(Mask()).pieces.empty());
  CHECK(components_of(mask_of({"...", "..."})).pieces.empty());
}

TEST_CASE("pieces of any mask are those that spreading finds") {
  std::minstd_rand generator(1);
  for (int round = 0; round < 300; ++round) {
    const auto up_to = [&](std::size_t most) { return static_cast<int>(generator() % most) + 1; };
    Mask mask(up_to(40), up_to(40));
    const std::size_t share = generator() % 9 + 1;
    for (auto& value : mask.values) value = generator() % 10 < share ? 1 : 0;
    const Grid<int> expected = labels_by_spreading(mask);
    const Components found = components_of(mask);
    REQUIRE(found.labels.values == expected.values);
    REQUIRE(static_cast<int>(found.pieces.size()) ==
            *std::max_element(expected.values.begin(), expected.values.end()));
    for (std::size_t i = 0; i < found.pieces.size(); ++i) {
      const auto label = static_cast<int>(i) + 1;
      REQUIRE(found.pieces[i].area ==
              std::count(expected.values.begin(), expected.values.end(), label));
    }
  }
}

TEST_CASE("punched holes and full squares are blots, and a digit whose loops are filled is none") {
  const auto is_one_blot = [](auto inside) {
    constexpr int kSide = 40;
    Mask mask(kSide, kSide);
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) mask.at(x, y) = inside(x, y) ? 1 : 0;
    }
    const Components found = components_of(mask);
    REQUIRE(found.pieces.size() == 1);
    return is_blot(found, 0);
  };
  const auto disc = [](int x, int y, int radius) {
    return [=](int u, int v) { return (u - x) * (u - x) + (v - y) * (v - y) <= radius * radius; };
  };
  for (const int radius : {9, 12, 15}) CHECK(is_one_blot(disc(20, 20, radius)));
  CHECK(is_one_blot([](int x, int y) { return x > 4 && x < 30 && y > 9 && y < 35; }));
  const auto above = disc(20, 14, 9), below = disc(20, 25, 10);
  CHECK_FALSE(is_one_blot([&](int x, int y) { return above(x, y) || below(x, y); }));
  CHECK_FALSE(is_one_blot([](int x, int y) { return x > 4 && x < 9 && y > 9 && y < 35; }));
  // Between an eight and a disc: as wide as tall, and its sides drawn in.
  CHECK_FALSE(is_one_blot([](int x, int y) {
    return std::abs(x - 20) < 12 - std::max(0, 4 - std::abs(y - 20)) && std::abs(y - 20) < 12 &&
           std::abs(x - 20) + std::abs(y - 20) < 19;
  }));
}
