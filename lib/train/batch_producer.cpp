#include "train/batch_producer.hpp"

#include <algorithm>
#include <utility>

#include "model/architecture.hpp"

namespace mlpctl::train {

BatchProducer::BatchProducer(Fill fill, int threads, std::int64_t ahead)
    : fill_(std::move(fill)),
      ring_(std::max<std::int64_t>(ahead, 1) + 1),
      slots_(static_cast<std::size_t>(ring_)) {
  for (int i = 0; i < std::max(threads, 1); ++i) threads_.emplace_back([this] { serve(); });
}

BatchProducer::~BatchProducer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void BatchProducer::start(std::int64_t epoch, std::span<const std::int64_t> order,
                          std::int64_t batch_size) {
  {
    std::unique_lock lock(mutex_);
    begun_ = batches();
    done_.wait(lock, [&] { return busy_ == 0; });
    epoch_ = epoch;
    order_.assign(order.begin(), order.end());
    batch_size_ = std::max<std::int64_t>(batch_size, 1);
    taken_ = begun_ = 0;
    for (Slot& each : slots_) {
      each.ready = -1;
      each.failure = nullptr;
    }
  }
  work_.notify_all();
}

std::span<const std::uint8_t> BatchProducer::next() {
  std::unique_lock lock(mutex_);
  if (taken_ == batches()) return {};
  Slot& wanted = slot(taken_);
  done_.wait(lock, [&] { return wanted.ready == taken_; });
  ++taken_;
  lock.unlock();
  work_.notify_one();
  if (wanted.failure) std::rethrow_exception(std::exchange(wanted.failure, nullptr));
  return wanted.images;
}

void BatchProducer::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    // The caller still reads batch taken_ - 1, so the ring holds it and those ahead.
    work_.wait(lock, [&] {
      return stop_ ||
             (begun_ < batches() && begun_ < std::max<std::int64_t>(taken_, 1) + ring_ - 1);
    });
    if (stop_) return;
    const std::int64_t batch = begun_++, epoch = epoch_;
    const auto wanted = indices(batch);
    Slot& place = slot(batch);
    ++busy_;
    lock.unlock();
    try {
      place.images.resize(wanted.size() * static_cast<std::size_t>(model::kPixels));
      fill_(epoch, wanted, place.images.data());
    } catch (...) {
      place.failure = std::current_exception();
    }
    lock.lock();
    --busy_;
    place.ready = batch;
    done_.notify_all();
  }
}

std::span<const std::int64_t> BatchProducer::indices(std::int64_t batch) const {
  const auto first = static_cast<std::size_t>(batch * batch_size_);
  return std::span(order_).subspan(
      first, std::min(static_cast<std::size_t>(batch_size_), order_.size() - first));
}

std::int64_t BatchProducer::batches() const {
  return (static_cast<std::int64_t>(order_.size()) + batch_size_ - 1) / batch_size_;
}

}  // namespace mlpctl::train
