#pragma once

#include <array>
#include <span>

#include "net/skeleton.hpp"

namespace mlpctl::net {

/// The first two layers' values: kernel [5,1,3,3], kernel_bias [5], weight [300,3380], bias [300].
struct ConvLinear {
  std::span<const float> kernel, kernel_bias, weight, bias;
};

/// Their gradients, of the same sizes.
struct ConvLinearGradient {
  std::span<float> kernel, kernel_bias, weight, bias;
};

/// Nothing bends between the convolution and the linear layer after it, so together they are one
/// affine map: outputs = folded_weight * pixels + folded_bias. Fills folded_weight [300,784] and
/// folded_bias [300].
void fold(const ConvLinear& layers, std::span<float> folded_weight, std::span<float> folded_bias,
          int threads = 1);

/// The exact gradients of the four tensors from those of the folded two. The result does not depend
/// on the number of threads.
void fold_backward(const ConvLinear& layers, std::span<const float> folded_weight_gradient,
                   std::span<const float> folded_bias_gradient, const ConvLinearGradient& gradient,
                   int threads = 1);

}  // namespace mlpctl::net
