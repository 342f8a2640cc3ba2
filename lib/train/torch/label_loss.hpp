#pragma once

#include <ATen/core/Tensor.h>

namespace mlpctl::train {

/// The mean loss of pictures by their logits [n, 10] and labels [n], which are classes or, where
/// `some_of_no_class` says so, also net::kNoClass: cross entropy with PyTorch's label smoothing,
/// and the divergence from even probabilities. Waits for no device.
at::Tensor label_loss(const at::Tensor& logits, const at::Tensor& labels, bool some_of_no_class,
                      double label_smoothing);

}  // namespace mlpctl::train
