#include "image/decode/memory_budget.hpp"

#include <algorithm>

namespace mlpctl::image {

MemoryBudget::Share MemoryBudget::take(std::int64_t bytes) {
  bytes = std::min(bytes, all_);
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [&] { return free_ >= bytes; });
  free_ -= bytes;
  return {*this, bytes};
}

void MemoryBudget::give_back(std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_ += bytes;
  given_back_.notify_all();
}

}  // namespace mlpctl::image
