#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace mlpctl::train {

/// Makes the images of coming batches on threads of its own while the caller trains on the present
/// one. Which thread makes which batch does not matter: a batch is a function of its indices.
class BatchProducer {
 public:
  /// Writes the images with these indices, as this epoch sees them, one after the other. Called
  /// from several threads at once.
  using Fill = std::function<void(std::int64_t epoch, std::span<const std::int64_t> indices,
                                  std::uint8_t* out)>;

  /// At least one thread. `ahead` batches are ready or in work besides the caller's.
  BatchProducer(Fill fill, int threads, std::int64_t ahead = 4);
  /// Waits for the batches in work, at most one a thread.
  ~BatchProducer();
  BatchProducer(const BatchProducer&) = delete;
  BatchProducer& operator=(const BatchProducer&) = delete;

  /// Begins an epoch whose batches are `order` cut into runs of batch_size, the last one maybe
  /// shorter. What is left of an earlier epoch is dropped.
  void start(std::int64_t epoch, std::span<const std::int64_t> order, std::int64_t batch_size);
  /// The next batch's images, valid until the next call; empty after the last. What fill threw is
  /// thrown again here.
  std::span<const std::uint8_t> next();

 private:
  struct Slot {
    std::vector<std::uint8_t> images;
    std::exception_ptr failure;
    std::int64_t ready = -1;  // The batch that lies here finished.
  };

  void serve();
  std::span<const std::int64_t> indices(std::int64_t batch) const;
  Slot& slot(std::int64_t batch) { return slots_[static_cast<std::size_t>(batch % ring_)]; }
  std::int64_t batches() const;

  const Fill fill_;
  const std::int64_t ring_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::vector<Slot> slots_;
  std::vector<std::int64_t> order_;
  std::int64_t epoch_ = 0, batch_size_ = 1;
  // Batches handed to the caller, given to a thread, and being made by one.
  std::int64_t taken_ = 0, begun_ = 0, busy_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mlpctl::train
