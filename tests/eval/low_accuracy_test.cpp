#include "eval/low_accuracy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstddef>

using Catch::Matchers::ContainsSubstring;
using mlpctl::eval::low_accuracy_hint;

namespace {

constexpr std::size_t kSide = 28, kPixels = kSide * kSide;
constexpr std::uint8_t kInk = 200;

/// Class n is a bar in row 2n, which is longer at the left of the middle.
struct Set {
  std::vector<std::uint8_t> images = std::vector<std::uint8_t>(100 * kPixels, 0);
  std::vector<std::uint8_t> labels;

  Set() {
    for (std::size_t i = 0; i < 100; ++i) {
      labels.push_back(static_cast<std::uint8_t>(i % 10));
      for (std::size_t x = 3; x < 16; ++x) at(i, 1 + 2 * (i % 10), x) = kInk;
    }
  }
  std::uint8_t& at(std::size_t i, std::size_t y, std::size_t x) {
    return images[i * kPixels + y * kSide + x];
  }
};

/// Knows the bars of Set, each by one pixel.
std::vector<float> network(std::span<const std::uint8_t> images) {
  std::vector<float> logits(images.size() / kPixels * 10, 0);
  for (std::size_t i = 0; i < images.size() / kPixels; ++i) {
    for (std::size_t n = 0; n < 10; ++n) {
      logits[i * 10 + n] = images[i * kPixels + (1 + 2 * n) * kSide + 3];
    }
  }
  return logits;
}

}  // namespace

TEST_CASE("what is answered right needs no hint") {
  const Set set;
  CHECK(low_accuracy_hint(0.98, set.images, set.labels, network).empty());
}

TEST_CASE("transposed, mirrored and inverted pictures are recognised") {
  const Set set;
  Set other;
  const auto change = [&](auto&& from) {
    for (std::size_t i = 0; i < 100; ++i) {
      for (std::size_t y = 0; y < kSide; ++y) {
        for (std::size_t x = 0; x < kSide; ++x) other.at(i, y, x) = from(i * kPixels, y, x);
      }
    }
    return low_accuracy_hint(0.1, other.images, set.labels, network);
  };
  CHECK_THAT(
      change([&](auto i, auto y, auto x) { return set.images[i + x * kSide + y]; }),
      ContainsSubstring("look transposed, as EMNIST's are") && ContainsSubstring("100.0 % of 100"));
  CHECK_THAT(change([&](auto i, auto y, auto x) { return set.images[i + y * kSide + 27 - x]; }),
             ContainsSubstring("mirrored left to right"));
  CHECK_THAT(change([&](auto i, auto y, auto x) {
               return static_cast<std::uint8_t>(255 - set.images[i + y * kSide + x]);
             }),
             ContainsSubstring("inverted"));
}

TEST_CASE("labels counted from 1 are recognised") {
  Set set;
  for (std::uint8_t& label : set.labels) label = static_cast<std::uint8_t>((label + 1) % 10);
  CHECK_THAT(low_accuracy_hint(0.0, set.images, set.labels, network),
             ContainsSubstring("labels look shifted") && ContainsSubstring("plus 1"));
}

TEST_CASE("an accuracy of guessing is said to be one, of enough pictures and not of more") {
  const Set set;
  const auto guess = [](std::span<const std::uint8_t> images) {
    return std::vector<float>(images.size() / kPixels * 10, 0);
  };
  CHECK_THAT(low_accuracy_hint(0.1, set.images, set.labels, guess),
             ContainsSubstring("guessing among ten classes"));
  CHECK(low_accuracy_hint(0.4, set.images, set.labels, guess).empty());
  const auto few = std::span(set.labels).first(20);
  CHECK(low_accuracy_hint(0.1, std::span(set.images).first(20 * kPixels), few, guess).empty());
}
