#include "net/folded_pass.hpp"

#include <utility>

namespace mlpctl::net {

FoldedPass::FoldedPass(int threads, double label_smoothing, FoldedLayer::RowSink sink)
    : layer_(threads), label_smoothing_(label_smoothing), sink_(std::move(sink)) {}

void FoldedPass::take(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels,
                      std::span<const std::int64_t> rows) {
  batch_.gather(images, rows);
  labels_.clear();
  for (const std::int64_t row : rows) labels_.push_back(labels[static_cast<std::size_t>(row)]);
}

void FoldedPass::take(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels) {
  batch_.assign(images);
  labels_.assign(labels.begin(), labels.end());
}

float FoldedPass::forward(const NetworkWeights& weights) {
  outputs_.resize(static_cast<std::size_t>(batch_.size() * kPackedUnits));
  layer_.forward(weights.first, batch_, outputs_);
  return head_.forward(weights.head, outputs_, labels_, label_smoothing_);
}

void FoldedPass::backward(const NetworkWeights& weights, float scale,
                          const NetworkGradient& gradient) {
  output_gradient_.resize(outputs_.size());
  head_.backward(weights.head, scale, output_gradient_, gradient.head);
  layer_.backward(weights.first, batch_, output_gradient_, gradient.first, sink_);
}

}  // namespace mlpctl::net
