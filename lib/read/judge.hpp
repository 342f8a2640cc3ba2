#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "mlpctl/digits/answer.hpp"
#include "read/candidates.hpp"

namespace mlpctl::digits {

/// The ten logits of each of some pictures of 28x28 bytes, one after the other.
using Network = std::function<std::vector<float>(std::span<const std::uint8_t> pictures)>;

/// Names every candidate by the net, those of all pictures in one batch, and chooses one reading
/// for each mark: an answer for each of the candidates.
std::vector<Answer> judge(std::span<const Candidates> pictures, const Network& network);

/// What is to teach a net the label of each picture: of the readings of one digit the one that its
/// shape and what `network` gives the label speak for most, without a network the likeliest by
/// shape. Null for a picture without such a reading.
std::vector<const image::Digit*> readings_to_learn(std::span<const Candidates> pictures,
                                                   std::span<const std::uint8_t> labels,
                                                   const Network& network);

}  // namespace mlpctl::digits
