#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>

#include "net/folded_pass.hpp"
#include "train/folded_network.hpp"

namespace mlpctl::train {

/// The tensors of model::kEntries without the big weight.
using SmallTensors = std::array<at::Tensor, 7>;

/// The loss of the pass's batch, differentiable: the gradients of the small tensors go the usual
/// way, the big weight's to the pass's sink. `big` is packed; pass and big must live until
/// LibTorch has gone backward.
at::Tensor folded_loss(const SmallTensors& small, std::span<const float> big,
                       net::FoldedPass& pass);

/// Goes forward and backward through LibTorch's autograd.
std::unique_ptr<Backpropagation> make_autograd();

}  // namespace mlpctl::train
