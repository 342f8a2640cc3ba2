#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/batch_producer.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// Makes the pictures of coming batches without threads of its own: the network makes them, beside
/// what of a step one thread does alone. A batch is a function of its indices.
class BatchMaker {
 public:
  BatchMaker(BatchProducer::Fill fill, int threads);

  /// Begins an epoch whose batches are `order` cut into runs of batch_size, the last one maybe
  /// shorter.
  void start(std::int64_t epoch, std::span<const std::int64_t> order, std::int64_t batch_size);
  /// The next batch, valid until the next call; empty after the last. It is made here where
  /// beside() was not asked for it.
  Examples next();
  /// Tasks that make the batch after it; all of them have to end before next() is called again.
  SideWork beside();

 private:
  struct Batch {
    std::vector<std::uint8_t> images, labels;
  };
  /// Takes the next indices from the order; the tasks that fill coming_ with them.
  SideWork cut();

  const BatchProducer::Fill fill_;
  const int threads_;
  std::int64_t epoch_ = 0;
  std::size_t size_ = 1, first_ = 0;
  std::vector<std::int64_t> order_;
  Batch current_, coming_;
  bool has_coming_ = false;
};

}  // namespace mlpctl::train
