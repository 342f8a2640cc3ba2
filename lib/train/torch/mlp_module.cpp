#include "train/torch/mlp_module.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/relu.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace mlpctl::train {

MlpModule::MlpModule(const Tensors& values)
    : layers_(torch::nn::Conv2d(1, model::kChannels, model::kKernelSide), torch::nn::Flatten(),
              torch::nn::Linear(model::kFlat, model::kHidden1), torch::nn::ReLU(),
              torch::nn::Linear(model::kHidden1, model::kHidden2), torch::nn::ReLU(),
              torch::nn::Linear(model::kHidden2, model::kClasses)) {
  register_module("layers", layers_);
  const auto own = parameters();
  for (std::size_t i = 0; i < own.size(); ++i) own[i].set_data(values[i]);
}

at::Tensor MlpModule::forward(const at::Tensor& pictures) {
  return layers_->forward(pictures);
}

at::Tensor MlpModule::first(const at::Tensor& pictures) const {
  const auto own = parameters();
  return at::linear(at::conv2d(pictures, own[0], own[1]).flatten(1), own[2], own[3]);
}

MlpModule::Folded MlpModule::folded() const {
  const auto own = parameters();
  const at::Tensor& big = own[2];
  const at::Tensor maps =
      big.view({model::kHidden1, model::kChannels, model::kMapSide, model::kMapSide});
  const at::Tensor weight =
      at::conv_transpose2d(maps, own[0]).view({model::kHidden1, model::kPixels});
  return {weight, own[3] + at::mv(maps.sum({2, 3}), own[1])};
}

at::Tensor MlpModule::head(const at::Tensor& outputs) const {
  const auto own = parameters();
  const at::Tensor hidden2 = at::relu(at::linear(at::relu(outputs), own[4], own[5]));
  return at::linear(hidden2, own[6], own[7]);
}

at::Tensor MlpModule::forward_folded(const at::Tensor& pictures) {
  const auto [weight, bias] = folded();
  return head(at::linear(pictures.reshape({-1, model::kPixels}), weight, bias));
}

}  // namespace mlpctl::train
