#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "read/judge.hpp"

/// Where a digit() tells its name, and its probability.
inline constexpr std::size_t kNameAt = 10 * 28 + 10, kProbabilityAt = 20 * 28 + 20;

/// A digit that the network below names `name` with this probability, wherever it is moved to by a
/// pixel.
inline mlpctl::image::Digit digit(int name, double probability) {
  mlpctl::image::Digit digit;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      const std::size_t away = 28 * row + column - 29;
      digit.pixels[kNameAt + away] = static_cast<std::uint8_t>(name);
      digit.pixels[kProbabilityAt + away] =
          static_cast<std::uint8_t>(std::lround(200 * probability));
    }
  }
  digit.box = {10 * name, 1, 2, 3};
  return digit;
}

/// What a net's logits of a digit add up to, as the logarithm of their exponentials' sum.
inline constexpr float kEvidence = 6;

/// Counts its calls and gives each digit the probability that it asks for.
struct FakeNetwork {
  int calls = 0;
  double sure_of_nought = 0.9;

  std::vector<float> operator()(std::span<const std::uint8_t> pictures) {
    ++calls;
    std::vector<float> logits;
    for (std::size_t at = 0; at < pictures.size();
         at += mlpctl::digits::kInputSide * mlpctl::digits::kInputSide) {
      // Of what is no digit() it is sure, which is the judge's plain nought.
      const bool nought = pictures[at + kProbabilityAt] == 0;
      const double probability = nought ? sure_of_nought : pictures[at + kProbabilityAt] / 200.0;
      for (int i = 0; i < mlpctl::digits::kClasses; ++i) {
        const double share = i == pictures[at + kNameAt] ? probability : (1 - probability) / 9;
        logits.push_back(kEvidence + static_cast<float>(std::log(share)));
      }
    }
    return logits;
  }
};

inline mlpctl::digits::Candidates one_sheet(std::vector<mlpctl::image::ReadableLine> lines) {
  return {.sheets = {{.lines = std::move(lines)}}};
}

/// The answers of pictures of which none is to be looked at again.
inline std::vector<mlpctl::digits::Answer> judged(
    const std::vector<mlpctl::digits::Candidates>& pictures, FakeNetwork& network) {
  return mlpctl::digits::judge(pictures, std::ref(network),
                               [](std::size_t, int, mlpctl::image::SheetLook) {
                                 FAIL("no sheet was turned");
                                 return mlpctl::digits::Candidates{};
                               });
}
