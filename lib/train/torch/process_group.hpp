#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"
#include "train/torch/tensor_sum.hpp"

namespace mlpctl::train {

/// Ranks that can also sum tensors.
class TensorGroup : public distributed::Group {
 public:
  /// For tensors of this device, by Gloo on the CPU and by NCCL on CUDA. All ranks call it; the
  /// group must outlive it. Throws Error where they do not reach each other.
  virtual std::unique_ptr<TensorSum> make_sum(const at::Device& device) = 0;
};

/// Whether this build can sum tensors of CUDA devices.
bool has_nccl();

/// Waits for all ranks at rank 0's address, in a TCPStore of c10d's, and connects them by memory
/// where all are on one machine, else by Gloo over the network interface on the way there. Nothing
/// received is anything but keys, addresses and numbers. Throws Error where this LibTorch has no
/// Gloo, or naming who does not come in time.
std::unique_ptr<TensorGroup> join(const distributed::Ranks& ranks,
                                  const distributed::Meeting& meeting);

}  // namespace mlpctl::train
