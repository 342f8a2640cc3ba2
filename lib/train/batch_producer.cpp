#include "train/batch_producer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/architecture.hpp"

namespace mlpctl::train {
namespace {

/// The runs of an epoch's order, one after the other.
class Runs {
 public:
  Runs(std::span<const std::int64_t> order, std::int64_t size)
      : order_(std::make_shared<const std::vector<std::int64_t>>(order.begin(), order.end())),
        size_(static_cast<std::size_t>(std::max<std::int64_t>(size, 1))) {}

  std::optional<std::span<const std::int64_t>> operator()() {
    const auto left = std::span(*order_).subspan(first_);
    if (left.empty()) return std::nullopt;
    const auto run = left.first(std::min(size_, left.size()));
    first_ += run.size();
    return run;
  }

 private:
  std::shared_ptr<const std::vector<std::int64_t>> order_;
  std::size_t size_, first_ = 0;
};

}  // namespace

BatchProducer::BatchProducer(Fill fill, int threads, std::int64_t ahead)
    : fill_(std::move(fill)),
      threads_(std::max(threads, 1)),
      ahead_(static_cast<std::size_t>(std::max<std::int64_t>(ahead, 1))) {}

// Its threads are patient: those of a step, which sleep and wake several times in it, would wait
// for a batch to be made where it is not needed yet. An epoch took 12 % longer on two cores.
void BatchProducer::start(std::int64_t epoch, std::span<const std::int64_t> order,
                          std::int64_t batch_size) {
  epoch_.reset();
  epoch_.emplace(
      Runs(order, batch_size), [this, epoch](Indices indices) { return make(epoch, indices); },
      threads_, ahead_, true);
}

Examples BatchProducer::next() {
  keep_buffer(std::exchange(current_, {}));
  std::optional<Batch> batch = epoch_ ? epoch_->next() : std::nullopt;
  if (!batch) return {};
  current_ = std::move(*batch);
  return {current_.images, current_.labels};
}

BatchProducer::Batch BatchProducer::make(std::int64_t epoch, Indices indices) {
  Batch batch = spare_buffer();
  batch.images.resize(indices.size() * static_cast<std::size_t>(model::kPixels));
  batch.labels.resize(indices.size());
  fill_(epoch, indices, batch.images.data(), batch.labels.data());
  return batch;
}

BatchProducer::Batch BatchProducer::spare_buffer() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  Batch buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void BatchProducer::keep_buffer(Batch buffer) {
  if (buffer.labels.empty()) return;
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(buffer));
}

}  // namespace mlpctl::train
