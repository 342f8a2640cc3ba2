#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::eval {

/// Ten logits for each picture of 28x28 bytes.
using Network = std::function<std::vector<float>(std::span<const std::uint8_t>)>;

/// What the low accuracy of a network on labelled pictures may come from, as one sentence; empty
/// when the accuracy is not low. Tries on a sample whether the network answers them right when they
/// are transposed, turned, mirrored or inverted, or when the labels are counted from elsewhere.
std::string low_accuracy_hint(double accuracy, std::span<const std::uint8_t> images,
                              std::span<const std::uint8_t> labels, const Network& network);

}  // namespace mlpctl::eval
