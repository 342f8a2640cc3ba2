#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "thread/pipeline.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// Makes the pictures of coming batches on threads of its own while the caller trains on the
/// present one. Which thread makes which batch does not matter: a batch is a function of its
/// indices.
class BatchProducer {
 public:
  /// Writes the pictures with these indices and their labels, as this epoch sees them, one after
  /// the other. Called from several threads at once.
  using Fill = std::function<void(std::int64_t epoch, std::span<const std::int64_t> indices,
                                  std::uint8_t* images, std::uint8_t* labels)>;

  /// At least one thread. `ahead` batches are ready or in work besides the caller's. Where no
  /// thread can be started, next() makes its batch itself.
  BatchProducer(Fill fill, int threads, std::int64_t ahead = 4);

  /// Begins an epoch whose batches are `order` cut into runs of batch_size, the last one maybe
  /// shorter. What is left of an earlier epoch is dropped.
  void start(std::int64_t epoch, std::span<const std::int64_t> order, std::int64_t batch_size);
  /// The next batch, valid until the next call; empty after the last. What fill threw is thrown
  /// again here.
  Examples next();

 private:
  using Indices = std::span<const std::int64_t>;
  struct Batch {
    std::vector<std::uint8_t> images, labels;
  };

  Batch make(std::int64_t epoch, Indices indices);
  Batch spare_buffer();
  void keep_buffer(Batch buffer);

  const Fill fill_;
  const int threads_;
  const std::size_t ahead_;
  Batch current_;
  /// Buffers of batches that the caller is done with: a batch of 4096 pictures takes 3 MB, which
  /// would be asked of the system and given back at every step.
  std::mutex mutex_;
  std::vector<Batch> spare_;
  std::optional<Pipeline<Indices, Batch>> epoch_;  // the last member: its threads use the others
};

}  // namespace mlpctl::train
