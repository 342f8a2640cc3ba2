#include "predict/input_blocks.hpp"

#include <algorithm>
#include <ctime>

namespace mlpctl::app {
namespace {

using namespace std::chrono_literals;

// Passing a block on costs some ten microseconds, mostly of the kernel's, and the last block may
// keep the other threads waiting.
constexpr std::chrono::nanoseconds kBlockTime = 4ms;
/// How much larger than the last a block may be: one picture tells little of the next.
constexpr std::size_t kGrowth = 4;

}  // namespace

std::chrono::nanoseconds time_of_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::optional<std::vector<PredictInput>> InputBlocks::next() {
  std::optional<PredictInput> input = source_->next();
  if (!input) return std::nullopt;
  const std::size_t size = size_.load(std::memory_order_relaxed);
  std::vector<PredictInput> block;
  block.reserve(size);
  std::size_t held = 0;
  for (;;) {
    if (input->bytes != nullptr) held += input->bytes->bytes.size();
    block.push_back(*std::move(input));
    if (block.size() == size || held > kBytesOfBlock || !source_->is_ready()) break;
    input = source_->next();
    if (!input) break;
  }
  return block;
}

void InputBlocks::took(std::size_t pictures, std::chrono::nanoseconds time) {
  const auto each = std::max<std::size_t>(static_cast<std::size_t>(time.count()) / pictures, 1);
  const auto fitting = static_cast<std::size_t>(kBlockTime.count()) / each;
  const std::size_t largest = std::min(most_, size_.load(std::memory_order_relaxed) * kGrowth);
  size_.store(std::clamp<std::size_t>(fitting, 1, largest), std::memory_order_relaxed);
}

}  // namespace mlpctl::app
