#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/pixel_batch.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// The pictures of a step in the forms that the passes read, and their labels.
struct LabelledBatch {
  net::PixelBatch pictures;
  std::vector<std::int64_t> labels;

  /// Takes the changed pictures where there are some, else those of the examples that stand at
  /// [first, first + count) of the order.
  void take(const Examples& examples, std::span<const std::int64_t> order, std::int64_t first,
            std::int64_t count, const Examples& changed);
};

}  // namespace mlpctl::train
