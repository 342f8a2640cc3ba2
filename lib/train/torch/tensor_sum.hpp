#pragma once

#include <ATen/core/Tensor.h>

namespace mlpctl::train {

/// Sums tensors of one device over the ranks of a work.
class TensorSum {
 public:
  virtual ~TensorSum() = default;

  /// Begins to replace the values by the sum of all ranks', which all call this in the same order.
  /// They are left alone until finish().
  virtual void begin(const at::Tensor& values) = 0;
  /// From then on the device's work sees the sums. Throws Error naming the rank that is gone.
  virtual void finish() = 0;
};

}  // namespace mlpctl::train
