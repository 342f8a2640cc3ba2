#pragma once

#include <chrono>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <vector>

#include "train/torch/tensor_sum.hpp"
#include "train/torch/watch.hpp"

namespace mlpctl::train {

/// Rank 0 may measure and write for long while the others wait; the watch sees who is gone.
inline constexpr std::chrono::hours kPatience{24 * 7};

/// Sums by a backend of c10d's: which one it is is the only thing that depends on the device.
class BackendSum : public TensorSum {
 public:
  /// The watch knows when it is waited for, and outlives this.
  BackendSum(c10::intrusive_ptr<c10d::Backend> backend, Watch& watch);

  void begin(const at::Tensor& values) override;
  void finish() override;

 private:
  c10::intrusive_ptr<c10d::Backend> backend_;
  Watch& watch_;
  std::vector<c10::intrusive_ptr<c10d::Work>> works_;
};

}  // namespace mlpctl::train
