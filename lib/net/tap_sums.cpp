#include "net/tap_sums.hpp"

#include <algorithm>

namespace mlpctl::net {

TapSums::Block& TapSums::block(std::int64_t index) {
  Block& block = blocks_[static_cast<std::size_t>(index)];
  block = Block{};
  return block;
}

void TapSums::reduce(std::span<float> kernel, std::span<float> kernel_bias) const {
  std::fill(kernel.begin(), kernel.end(), 0.0F);
  std::fill(kernel_bias.begin(), kernel_bias.end(), 0.0F);
  for (const Block& block : blocks_) {
    for (std::size_t i = 0; i < block.taps.size(); ++i) {
      kernel[i / static_cast<std::size_t>(kBlockUnits)] += block.taps[i];
    }
    for (std::size_t c = 0; c < block.bias.size(); ++c) kernel_bias[c] += block.bias[c];
  }
}

}  // namespace mlpctl::net
