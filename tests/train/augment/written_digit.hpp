#pragma once

#include <cstdint>

#include "train/augment/styles.hpp"

/// A digit in some style: a function of both.
inline mlpctl::train::Canvas written_digit(int label, std::uint64_t seed) {
  mlpctl::Random random(seed, 1);
  mlpctl::train::Canvas canvas;
  mlpctl::train::write_in_style(canvas, label, random);
  return canvas;
}
