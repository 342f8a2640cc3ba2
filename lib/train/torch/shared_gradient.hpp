#pragma once

#include <memory>
#include <vector>

#include "train/torch/mlp_module.hpp"
#include "train/torch/tensor_sum.hpp"

namespace mlpctl::train {

/// The gradient of a batch of which each rank computes a share, summed over the ranks. What is made
/// first is on its way while the rest is computed; of folded layers the folded gradient travels,
/// a quarter of the values, and is unfolded after the sum.
class SharedGradient {
 public:
  SharedGradient(MlpModule& module, bool fold, TensorSum& sum);

  /// The logits of this rank's share, [n,1,28,28], which may be empty.
  at::Tensor logits(const at::Tensor& pictures);
  /// `loss` is the mean of the logits' and counts with `weight`, the share's part of the batch.
  /// Leaves the gradients of the whole batch in the module and gives its mean loss.
  at::Tensor backward(const at::Tensor& loss, double weight);

 private:
  void send_folded(const at::Tensor& output_gradient);
  void send_layers(const at::Tensor& output_gradient);
  void keep_gradients();

  MlpModule& module_;
  const bool fold_;
  TensorSum& sum_;
  /// What travels, in this order, and views of its parts: the head's gradients and the loss, then
  /// those of the first layers.
  at::Tensor all_, head_part_, first_part_, loss_;
  std::vector<at::Tensor> head_, first_;
  /// From logits() to backward(): pictures and folded layers, or LibTorch's way to the first
  /// layers' outputs; and these, where the head's way begins.
  at::Tensor pictures_, outputs_, cut_;
  MlpModule::Folded folded_;
};

}  // namespace mlpctl::train
