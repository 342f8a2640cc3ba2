#include "train/batch_maker.hpp"

#include <algorithm>
#include <utility>

#include "model/architecture.hpp"
#include "thread/pool.hpp"

namespace mlpctl::train {
namespace {

/// Pictures of a task: some 50 microseconds, long beside the handing out and short beside a step.
constexpr std::size_t kOfATask = 8;

}  // namespace

BatchMaker::BatchMaker(BatchProducer::Fill fill, int threads)
    : fill_(std::move(fill)), threads_(threads) {}

void BatchMaker::start(std::int64_t epoch, std::span<const std::int64_t> order,
                       std::int64_t batch_size) {
  epoch_ = epoch;
  order_.assign(order.begin(), order.end());
  size_ = static_cast<std::size_t>(std::max<std::int64_t>(batch_size, 1));
  first_ = 0;
  has_coming_ = false;
}

Examples BatchMaker::next() {
  if (!std::exchange(has_coming_, false)) {
    const SideWork work = cut();
    parallel_tasks(work.count, threads_, work.task);
  }
  std::swap(current_, coming_);
  return {current_.images, current_.labels};
}

SideWork BatchMaker::beside() {
  has_coming_ = true;
  return cut();
}

SideWork BatchMaker::cut() {
  const std::size_t count = std::min(size_, order_.size() - first_);
  const auto indices = std::span<const std::int64_t>(order_).subspan(first_, count);
  first_ += count;
  coming_.images.resize(count * static_cast<std::size_t>(model::kPixels));
  coming_.labels.resize(count);
  const auto make = [this, indices](std::int64_t task) {
    const std::size_t at = static_cast<std::size_t>(task) * kOfATask;
    fill_(epoch_, indices.subspan(at, std::min(kOfATask, indices.size() - at)),
          coming_.images.data() + at * static_cast<std::size_t>(model::kPixels),
          coming_.labels.data() + at);
  };
  return {static_cast<std::int64_t>((count + kOfATask - 1) / kOfATask), make};
}

}  // namespace mlpctl::train
