#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// Noisy pictures of ten classes, each with a bright bar of its own, that a net learns in an epoch.
class Synthetic {
 public:
  explicit Synthetic(std::int64_t count, std::uint64_t seed = 1) {
    Random random(seed, 77);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(random.below(10));
      labels_.push_back(label);
      for (std::int64_t k = 0; k < model::kPixels; ++k) {
        const std::int64_t row = k / model::kImageSide;
        const bool bar = row == 4 + 2 * label || row == 5 + 2 * label;
        images_.push_back(static_cast<std::uint8_t>((bar ? 150 : 0) + random.below(100)));
      }
    }
  }
  Examples examples() const { return {images_, labels_}; }

 private:
  std::vector<std::uint8_t> images_, labels_;
};

}  // namespace mlpctl::train
