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

}  // namespace mlpctl::digits
