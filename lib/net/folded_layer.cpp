#include "net/folded_layer.hpp"

#include <algorithm>

#include "net/aligned.hpp"
#include "net/fold_kernels.hpp"

namespace mlpctl::net {

model::AffineMap folded_map(const ConvLinear& layers) {
  constexpr auto kSize = static_cast<std::size_t>(model::kHidden1 * model::kPixels);
  model::AffineMap map{std::vector<float>(kSize), std::vector<float>(layers.bias.size())};
  AlignedFloats maps(static_cast<std::size_t>(kPackedLead + kBlockStride));
  FoldedBlock& folded = FoldedBlock::of_this_thread();
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    pack_block(layers.weight, block, maps);
    folded.fold(layers, block, maps.data() + kPackedLead);
    folded.weight_to(map.weight, block);
    folded.bias_to(map.bias, block);
  }
  return map;
}

/// What is beside comes first: it takes longer than a block.
void FoldedLayer::each_block(const SideWork& beside, const Pool::Task& task) const {
  parallel_tasks(beside.count + kBlocks, threads_, [&](std::int64_t index) {
    if (index < beside.count) return beside.task(index);
    task(index - beside.count);
  });
}

void FoldedLayer::forward(const ConvLinear& layers, const PixelBatch& batch,
                          std::span<float> outputs, const SideWork& beside) {
  each_block(beside, [&](std::int64_t block) {
    FoldedBlock& folded = FoldedBlock::of_this_thread();
    folded.fold(layers, block, layers.weight.data() + packed_row(block, 0, 0));
    kernels::table().multiply(batch.by_picture(), folded.weight.data(), folded.bias.data(),
                              outputs.data() + block * kBlockUnits, kPackedUnits);
  });
}

void FoldedLayer::backward(const ConvLinear& layers, const kernels::SparseRows& by_pixel,
                           std::span<const float> output_gradient, const ConvLinearGradient& small,
                           const RowSink& sink, const SideWork& beside) {
  each_block(beside, [&](std::int64_t block) {
    FoldedBlock& folded = FoldedBlock::of_this_thread();
    folded.take_gradient(by_pixel,
                         output_gradient.subspan(static_cast<std::size_t>(block * kBlockUnits)));
    folded.bias_to(small.bias, block);
    folded.sum_taps(layers.weight.data() + packed_row(block, 0, 0), sums_.block(block));
    folded.unfold(layers, [&](std::int64_t offset, std::span<const float> row) {
      sink(packed_row(block, 0, 0) + offset, row);
    });
  });
  sums_.reduce(small.kernel, small.kernel_bias);
}

}  // namespace mlpctl::net
