#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>

#include "train/torch/tensors.hpp"

namespace mlpctl::train {

/// The network layer by layer, as PyTorch's users write it; its parameters have the names of
/// model::kEntries. What the folded form is compared with.
class MlpModule : public torch::nn::Module {
 public:
  explicit MlpModule(const Tensors& values);

  /// Pictures [n,1,28,28], pixels in [0, 1], to logits [n,10].
  at::Tensor forward(const at::Tensor& pictures);
  /// The same with the first two layers as one product, made with LibTorch's operations, which run
  /// on every device and differentiate themselves.
  at::Tensor forward_folded(const at::Tensor& pictures);

  /// That product's weight [300,784] and bias [300].
  struct Folded {
    at::Tensor weight, bias;
  };
  Folded folded() const;
  /// forward() to the first linear layer's outputs [n,300], and from there on.
  at::Tensor first(const at::Tensor& pictures) const;
  at::Tensor head(const at::Tensor& outputs) const;

 private:
  torch::nn::Sequential layers_;
};

}  // namespace mlpctl::train
