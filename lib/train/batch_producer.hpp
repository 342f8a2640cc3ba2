#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "thread/pipeline.hpp"

namespace mlpctl::train {

/// Makes the images of coming batches on threads of its own while the caller trains on the present
/// one. Which thread makes which batch does not matter: a batch is a function of its indices.
class BatchProducer {
 public:
  /// Writes the images with these indices, as this epoch sees them, one after the other. Called
  /// from several threads at once.
  using Fill = std::function<void(std::int64_t epoch, std::span<const std::int64_t> indices,
                                  std::uint8_t* out)>;

  /// At least one thread. `ahead` batches are ready or in work besides the caller's. Where no
  /// thread can be started, next() makes its batch itself.
  BatchProducer(Fill fill, int threads, std::int64_t ahead = 4);

  /// Begins an epoch whose batches are `order` cut into runs of batch_size, the last one maybe
  /// shorter. What is left of an earlier epoch is dropped.
  void start(std::int64_t epoch, std::span<const std::int64_t> order, std::int64_t batch_size);
  /// The next batch's images, valid until the next call; empty after the last. What fill threw is
  /// thrown again here.
  std::span<const std::uint8_t> next();

 private:
  using Indices = std::span<const std::int64_t>;
  using Images = std::vector<std::uint8_t>;

  Images make(std::int64_t epoch, Indices indices);
  Images spare_buffer();
  void keep_buffer(Images buffer);

  const Fill fill_;
  const int threads_;
  const std::size_t ahead_;
  Images current_;
  /// Buffers of batches that the caller is done with: a batch of 4096 pictures takes 3 MB, which
  /// would be asked of the system and given back at every step.
  std::mutex mutex_;
  std::vector<Images> spare_;
  std::optional<Pipeline<Indices, Images>> epoch_;  // the last member: its threads use the others
};

}  // namespace mlpctl::train
