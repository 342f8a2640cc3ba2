#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "read/candidates.hpp"

/// A digit that the network below names `name` with this probability.
inline mlpctl::image::Digit digit(int name, double probability) {
  mlpctl::image::Digit digit;
  digit.pixels[0] = static_cast<std::uint8_t>(name);
  digit.pixels[1] = static_cast<std::uint8_t>(std::lround(200 * probability));
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
      const bool nought = pictures[at + 1] == 0;
      const double probability = nought ? sure_of_nought : pictures[at + 1] / 200.0;
      for (int i = 0; i < mlpctl::digits::kClasses; ++i) {
        const double share = i == pictures[at] ? probability : (1 - probability) / 9;
        logits.push_back(kEvidence + static_cast<float>(std::log(share)));
      }
    }
    return logits;
  }
};

inline mlpctl::digits::Candidates one_sheet(std::vector<mlpctl::image::ReadableLine> lines) {
  return {.sheets = {{.lines = std::move(lines)}}};
}
