#include "net/fold_block.hpp"

#include <algorithm>

namespace mlpctl::net {
namespace {

std::size_t units_of(std::int64_t block) {
  return static_cast<std::size_t>(std::min(kBlockUnits, model::kHidden1 - block * kBlockUnits));
}

}  // namespace

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

FoldedBlock& FoldedBlock::of_this_thread() {
  thread_local FoldedBlock block;
  return block;
}

void FoldedBlock::fold(const ConvLinear& layers, std::int64_t block, const float* maps) {
  ByChannel sums;
  kernels::table().fold(layers.kernel.data(), maps, weight.data());
  kernels::table().channel_sums(maps, sums[0].data());
  bias.fill(0);
  for (std::size_t u = 0; u < units_of(block); ++u) {
    bias[u] = layers.bias[static_cast<std::size_t>(block * kBlockUnits) + u];
    for (std::size_t c = 0; c < sums.size(); ++c) bias[u] += layers.kernel_bias[c] * sums[c][u];
  }
}

void FoldedBlock::take_gradient(const kernels::SparseRows& by_pixel,
                                std::span<const float> output_gradient) {
  bias.fill(0);
  kernels::table().multiply(by_pixel, output_gradient.data(), bias.data(), weight.data(),
                            kBlockUnits);
  for (std::size_t first = 0; first < output_gradient.size();
       first += static_cast<std::size_t>(kPackedUnits)) {
    for (std::size_t u = 0; u < bias.size(); ++u) bias[u] += output_gradient[first + u];
  }
}

void FoldedBlock::sum_taps(const float* maps, TapSums::Block& sums) const {
  ByChannel by_channel;
  kernels::table().tap_sums(maps, weight.data(), sums.taps.data());
  kernels::table().channel_sums(maps, by_channel[0].data());
  for (std::size_t c = 0; c < by_channel.size(); ++c) {
    for (std::size_t u = 0; u < bias.size(); ++u) sums.bias[c] += bias[u] * by_channel[c][u];
  }
}

void FoldedBlock::weight_to(std::span<float> all, std::int64_t block) const {
  float* to = all.data() + block * kBlockUnits * model::kPixels;
  for (std::size_t u = 0; u < units_of(block); ++u) {
    for (std::size_t pixel = 0; pixel < static_cast<std::size_t>(model::kPixels); ++pixel) {
      *to++ = weight[pixel * static_cast<std::size_t>(kBlockUnits) + u];
    }
  }
}

void FoldedBlock::bias_to(std::span<float> all, std::int64_t block) const {
  std::copy_n(bias.begin(), units_of(block), all.begin() + block * kBlockUnits);
}

}  // namespace mlpctl::net
