#pragma once

#include <optional>

#include "image/propose/propose.hpp"

/// The digit of the first reading, which is what a net that is sure of nothing would choose.
inline std::optional<mlpctl::image::Digit> likeliest(const mlpctl::image::Picture& picture) {
  const auto readings = mlpctl::image::propose_digit(picture);
  if (readings.empty()) return std::nullopt;
  return readings.front().digit;
}
