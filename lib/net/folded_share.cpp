#include "net/folded_share.hpp"

#include <algorithm>

#include "thread/pool.hpp"

namespace mlpctl::net {

static_assert(sizeof(FoldedBlock) == FoldedShare::kValues * sizeof(float));

std::span<float> FoldedShare::values(Blocks& all, BlockRange blocks) {
  if (blocks.count == 0) return {};
  return {reinterpret_cast<float*>(&all[static_cast<std::size_t>(blocks.first)]),
          static_cast<std::size_t>(blocks.count * kValues)};
}

void FoldedShare::fold(const ConvLinear& layers, BlockRange blocks) {
  parallel_tasks(blocks.count, threads_, [&](std::int64_t i) {
    const std::int64_t block = blocks.first + i;
    folded_[static_cast<std::size_t>(block)].fold(layers, block, maps(layers, block));
  });
}

void FoldedShare::forward(const PixelBatch& batch, BlockRange blocks, std::span<float> outputs) {
  parallel_tasks(blocks.count, threads_, [&](std::int64_t i) {
    const std::int64_t block = blocks.first + i;
    const FoldedBlock& folded = folded_[static_cast<std::size_t>(block)];
    kernels::table().multiply(batch.by_picture(), folded.weight.data(), folded.bias.data(),
                              outputs.data() + block * kBlockUnits, kPackedUnits);
  });
}

void FoldedShare::backward(const kernels::SparseRows& by_pixel,
                           std::span<const float> output_gradient, BlockRange blocks) {
  parallel_tasks(blocks.count, threads_, [&](std::int64_t i) {
    const std::int64_t block = blocks.first + i;
    gradient_[static_cast<std::size_t>(block)].take_gradient(
        by_pixel, output_gradient.subspan(static_cast<std::size_t>(block * kBlockUnits)));
  });
}

void FoldedShare::sum_taps(const ConvLinear& layers, BlockRange blocks, std::span<float> kernel,
                           std::span<float> kernel_bias, std::span<float> bias) {
  sums_.clear();
  parallel_tasks(blocks.count, threads_, [&](std::int64_t i) {
    const std::int64_t block = blocks.first + i;
    const FoldedBlock& gradient = gradient_[static_cast<std::size_t>(block)];
    std::ranges::copy(gradient.bias, bias.begin() + i * kBlockUnits);
    gradient.sum_taps(maps(layers, block), sums_.block(block));
  });
  sums_.reduce(kernel, kernel_bias);
}

void FoldedShare::unfold(const ConvLinear& layers, BlockRange blocks,
                         const FoldedLayer::RowSink& sink) const {
  parallel_tasks(blocks.count, threads_, [&](std::int64_t i) {
    const std::int64_t block = blocks.first + i;
    gradient_[static_cast<std::size_t>(block)].unfold(
        layers, [&](std::int64_t offset, std::span<const float> row) {
          sink(packed_row(block, 0, 0) + offset, row);
        });
  });
}

}  // namespace mlpctl::net
