#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mlpctl::model {

inline constexpr std::int64_t kImageSide = 28, kPixels = kImageSide * kImageSide;
inline constexpr std::int64_t kChannels = 5, kKernelSide = 3,
                              kMapSide = kImageSide - kKernelSide + 1;
inline constexpr std::int64_t kFlat = kChannels * kMapSide * kMapSide;
inline constexpr std::int64_t kHidden1 = 300, kHidden2 = 64, kClasses = 10;

/// One entry of the state: its name in PyTorch's state_dict and its shape.
struct Entry {
  std::string_view name;
  std::array<std::int64_t, 4> sizes;
  std::size_t rank;

  constexpr std::span<const std::int64_t> shape() const { return {sizes.data(), rank}; }
  constexpr std::int64_t count() const {
    std::int64_t product = 1;
    for (std::size_t i = 0; i < rank; ++i) product *= sizes[i];
    return product;
  }
};

/// The eight entries in the order of PyTorch's state_dict.
inline constexpr std::array<Entry, 8> kEntries{{
    {"layers.0.weight", {kChannels, 1, kKernelSide, kKernelSide}, 4},
    {"layers.0.bias", {kChannels}, 1},
    {"layers.2.weight", {kHidden1, kFlat}, 2},
    {"layers.2.bias", {kHidden1}, 1},
    {"layers.4.weight", {kHidden2, kHidden1}, 2},
    {"layers.4.bias", {kHidden2}, 1},
    {"layers.6.weight", {kClasses, kHidden2}, 2},
    {"layers.6.bias", {kClasses}, 1},
}};

constexpr std::int64_t parameter_count() {
  std::int64_t total = 0;
  for (const Entry& entry : kEntries) total += entry.count();
  return total;
}
static_assert(parameter_count() == 1'034'264);

}  // namespace mlpctl::model
