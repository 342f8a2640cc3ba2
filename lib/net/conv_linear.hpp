#pragma once

#include <span>

#include "model/architecture.hpp"

namespace mlpctl::net {

/// The first two layers' values: kernel [5,1,3,3], kernel_bias [5], weight [300,3380], bias [300].
/// Nothing bends between the convolution and the linear layer after it, so together they are one
/// affine map, which FoldedLayer computes.
struct ConvLinear {
  std::span<const float> kernel, kernel_bias, weight, bias;
};

/// Their gradients, of the same sizes.
struct ConvLinearGradient {
  std::span<float> kernel, kernel_bias, weight, bias;
};

}  // namespace mlpctl::net
