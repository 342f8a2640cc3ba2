#include "net/folded_pass.hpp"

#include <algorithm>
#include <utility>

#include "thread/pool.hpp"

namespace mlpctl::net {

FoldedPass::FoldedPass(int threads, double label_smoothing, FoldedLayer::RowSink sink)
    : threads_(threads),
      layer_(threads),
      label_smoothing_(label_smoothing),
      sink_(std::move(sink)) {}

void FoldedPass::set_threads(int threads) {
  threads_ = threads;
  layer_.set_threads(threads);
}

void FoldedPass::each_range(const std::function<void(PictureRange)>& task,
                            const std::function<void()>& first) {
  // Two tiles of the products; on two threads even a batch of 64 ends on both at about the same
  // time.
  constexpr std::int64_t kTogether = 12;
  const std::int64_t count = batch_.pictures.size(), before = first ? 1 : 0;
  parallel_tasks(before + (count + kTogether - 1) / kTogether, threads_, [&](std::int64_t index) {
    if (index < before) return first();
    const std::int64_t begin = (index - before) * kTogether;
    task({begin, std::min(kTogether, count - begin)});
  });
}

float FoldedPass::forward(const NetworkWeights& weights) {
  outputs_.resize(static_cast<std::size_t>(batch_.pictures.size() * kPackedUnits));
  head_.begin(batch_.pictures.size());
  layer_.forward(weights.first, batch_.pictures, outputs_,
                 {1, [&](std::int64_t) { head_.prepare(weights.head); }});
  each_range([&](PictureRange range) {
    head_.forward_rows(range, outputs_, batch_.labels, label_smoothing_);
  });
  return head_.loss();
}

void FoldedPass::backward(const NetworkWeights& weights, float scale,
                          const NetworkGradient& gradient) {
  output_gradient_.resize(outputs_.size());
  kernels::SparseRows by_pixel{};
  each_range(
      [&](PictureRange range) {
        head_.backward_rows(range, weights.head, scale, output_gradient_);
      },
      [&] { by_pixel = batch_.pictures.by_pixel(); });
  layer_.backward(
      weights.first, by_pixel, output_gradient_, gradient.first, sink_,
      {Head::kGradientTasks, [&](std::int64_t task) { head_.take_gradient(task, gradient.head); }});
}

}  // namespace mlpctl::net
