#pragma once

#include <cstdint>
#include <vector>

namespace mlpctl::train {

/// The order in which an epoch sees `count` images: a permutation that is a function of (seed,
/// epoch, count), or the images' own order.
std::vector<std::int64_t> epoch_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch,
                                      bool shuffled);

}  // namespace mlpctl::train
