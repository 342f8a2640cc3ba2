#include "train/flat_parameters.hpp"

#include <algorithm>
#include <array>

#include "net/unit_block.hpp"

namespace mlpctl::train {
namespace {

// The big weight's place in model::kEntries.
constexpr std::size_t kBigEntry = 2;

/// Where each entry lies in `small`.
constexpr std::array<std::int64_t, model::kEntries.size()> offsets() {
  std::array<std::int64_t, model::kEntries.size()> all{
      FlatParameters::kKernel, FlatParameters::kKernelBias, 0, FlatParameters::kBias,
      FlatParameters::kHead};
  for (std::size_t i = 5; i < all.size(); ++i) all[i] = all[i - 1] + model::kEntries[i - 1].count();
  return all;
}
constexpr auto kOffsets = offsets();

template <typename Values>
auto part(Values& small, std::size_t entry) {
  return std::span(small).subspan(static_cast<std::size_t>(kOffsets[entry]),
                                  static_cast<std::size_t>(model::kEntries[entry].count()));
}

}  // namespace

FlatParameters::FlatParameters(const model::Parameters& parameters) : FlatParameters() {
  big.resize(static_cast<std::size_t>(net::kPackedSize));
  net::pack(parameters.tensors[kBigEntry], big);
  for (std::size_t i = 0; i < kOffsets.size(); ++i) {
    if (i != kBigEntry) std::ranges::copy(parameters.tensors[i], part(small, i).begin());
  }
}

model::Parameters FlatParameters::parameters() const {
  model::Parameters all;
  for (std::size_t i = 0; i < kOffsets.size(); ++i) {
    if (i == kBigEntry) {
      all.tensors[i].resize(static_cast<std::size_t>(model::kEntries[i].count()));
      net::unpack(big, all.tensors[i]);
    } else {
      const auto values = part(small, i);
      all.tensors[i].assign(values.begin(), values.end());
    }
  }
  return all;
}

net::NetworkWeights FlatParameters::weights() const {
  return {{part(small, 0), part(small, 1), big, part(small, 3)},
          {part(small, 4), part(small, 5), part(small, 6), part(small, 7)}};
}

net::HeadGradient FlatParameters::head_gradient() {
  return {part(small, 4), part(small, 5), part(small, 6), part(small, 7)};
}

}  // namespace mlpctl::train
