#include "train/owners.hpp"

#include <algorithm>
#include <array>

namespace mlpctl::train {

void finish(Transfers& transfers) {
  for (const auto& each : transfers) {
    if (each) each->wait();
  }
  transfers.clear();
}

void sum_parts(std::span<const float* const> parts, std::span<float> target) {
  std::array<float, 1024> sum;
  for (std::size_t first = 0; first < target.size(); first += sum.size()) {
    const std::size_t count = std::min(sum.size(), target.size() - first);
    std::copy_n(parts[0] + first, count, sum.begin());
    for (const float* const part : parts.subspan(1)) {
      for (std::size_t i = 0; i < count; ++i) sum[i] += part[first + i];
    }
    std::copy_n(sum.begin(), count, target.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace mlpctl::train
