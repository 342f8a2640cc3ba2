#pragma once

#include <cstdint>
#include <span>

#include "net/pixel_batch.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// Makes a step's batch of the changed pictures where there are some, else of those of the examples
/// that stand at [first, first + count) of the order.
void fill(net::LabelledBatch& batch, const Examples& examples, std::span<const std::int64_t> order,
          std::int64_t first, std::int64_t count, const Examples& changed);

}  // namespace mlpctl::train
