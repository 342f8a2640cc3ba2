#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "net/aligned.hpp"
#include "net/folded_pass.hpp"

namespace mlpctl::train {

/// Parameters, or their gradients or moments, as ranks share them: the big weight packed
/// (net/unit_block.hpp), of all others the values one after the other.
struct FlatParameters {
  static constexpr std::int64_t kKernel = 0;
  static constexpr std::int64_t kKernelBias = kKernel + model::kEntries[0].count();
  /// Of the folded layer's units; with whole blocks of them.
  static constexpr std::int64_t kBias = kKernelBias + model::kEntries[1].count();
  static constexpr std::int64_t kHead = kBias + net::kPackedUnits;
  static constexpr std::int64_t kHeadSize = model::kEntries[4].count() +
                                            model::kEntries[5].count() +
                                            model::kEntries[6].count() + model::kEntries[7].count();

  net::AlignedFloats big, small;

  FlatParameters() : small(static_cast<std::size_t>(kHead + kHeadSize)) {}
  explicit FlatParameters(const model::Parameters& parameters);
  model::Parameters parameters() const;

  std::span<float> at(std::int64_t offset, std::int64_t count) {
    return std::span(small).subspan(static_cast<std::size_t>(offset),
                                    static_cast<std::size_t>(count));
  }
  net::NetworkWeights weights() const;
  net::HeadGradient head_gradient();
};

}  // namespace mlpctl::train
