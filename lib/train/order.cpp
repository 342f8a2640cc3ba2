#include "train/order.hpp"

#include <numeric>

#include "base/random.hpp"

namespace mlpctl::train {

std::vector<std::int64_t> epoch_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch,
                                      bool shuffled) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (shuffled) {
    // Streams from here on; the first ones make the initial weights from the same seed.
    constexpr std::uint64_t kFirstStream = 1ULL << 32U;
    Random random(seed, kFirstStream + static_cast<std::uint64_t>(epoch));
    shuffle(order, random);
  }
  return order;
}

}  // namespace mlpctl::train
