#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "net/fold_kernels.hpp"

namespace mlpctl::net {

/// The convolution's gradient, summed block by block of units and then over the blocks in their
/// order, so that the result does not depend on which thread took which block.
class TapSums {
 public:
  struct Block {
    alignas(64) std::array<float, model::kChannels * kernels::kTaps * kBlockUnits> taps{};
    std::array<float, model::kChannels> bias{};
  };

  TapSums() : blocks_(static_cast<std::size_t>(kBlocks)) {}
  /// The sums of one block, set to zero.
  Block& block(std::int64_t index);
  void reduce(std::span<float> kernel, std::span<float> kernel_bias) const;

 private:
  std::vector<Block> blocks_;
};

}  // namespace mlpctl::net
