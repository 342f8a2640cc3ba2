#include "train/torch/mlp_module.hpp"

#include <ATen/ops/addmm.h>
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

at::Tensor MlpModule::forward_folded(const at::Tensor& pictures) {
  const auto own = parameters();
  const at::Tensor& big = own[2];
  const at::Tensor maps =
      big.view({model::kHidden1, model::kChannels, model::kMapSide, model::kMapSide});
  const at::Tensor weight =
      at::conv_transpose2d(maps, own[0]).view({model::kHidden1, model::kPixels});
  const at::Tensor bias = own[3] + at::mv(maps.sum({2, 3}), own[1]);
  const at::Tensor flat = pictures.reshape({-1, model::kPixels});
  const at::Tensor hidden1 = at::relu(at::linear(flat, weight, bias));
  const at::Tensor hidden2 = at::relu(at::linear(hidden1, own[4], own[5]));
  return at::linear(hidden2, own[6], own[7]);
}

}  // namespace mlpctl::train
