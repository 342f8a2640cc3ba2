#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "read/judge.hpp"

namespace mlpctl::digits {

/// What is to teach a net the label of each picture: of the readings of one digit the one that its
/// shape and what `network` gives the label speak for most, without a network the likeliest by
/// shape. Null for a picture without such a reading.
std::vector<const image::Digit*> readings_to_learn(std::span<const Candidates> pictures,
                                                   std::span<const std::uint8_t> labels,
                                                   const Network& network);

}  // namespace mlpctl::digits
