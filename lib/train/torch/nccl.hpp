#pragma once

#include <ATen/core/Tensor.h>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/ranks.hpp"

namespace mlpctl::train {

/// The NCCL of a CUDA LibTorch, for ranks that have a device each. They connect with the first sum.
c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store,
                                            const distributed::Ranks& ranks);

}  // namespace mlpctl::train
