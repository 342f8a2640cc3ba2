#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "predict/picture_source.hpp"

namespace mlpctl::app {

/// The most that the inputs of a block hold in memory before another is taken.
inline constexpr std::size_t kBytesOfBlock = 1 << 20;

/// The processor's time that this thread has had: a core that others want too tells nothing about
/// the pictures.
std::chrono::nanoseconds time_of_thread();

/// Hands out inputs in blocks that a thread works at for about four milliseconds: of small pictures
/// many, so that passing one on costs nothing beside them, and of photographs one.
class InputBlocks {
 public:
  /// `most`: of a block.
  InputBlocks(std::shared_ptr<PictureSource> source, std::size_t most)
      : source_(std::move(source)), most_(most) {}

  /// The next inputs, of which all but the first are there without waiting; empty at the end. For
  /// one thread at a time.
  std::optional<std::vector<PredictInput>> next();
  /// How long a thread worked at a block. For any thread.
  void took(std::size_t pictures, std::chrono::nanoseconds time);

 private:
  const std::shared_ptr<PictureSource> source_;
  const std::size_t most_;
  std::atomic<std::size_t> size_ = 1;
};

}  // namespace mlpctl::app
