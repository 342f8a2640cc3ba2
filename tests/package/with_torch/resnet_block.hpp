#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

/// The basic block of a ResNet: two convolutions with batch norms, and a shortcut around them.
struct ResNetBlockImpl : torch::nn::Module {
  ResNetBlockImpl(int channels_in, int channels_out)
      : conv1(register_module("conv1", conv(channels_in, channels_out, 3))),
        bn1(register_module("bn1", torch::nn::BatchNorm2d(channels_out))),
        conv2(register_module("conv2", conv(channels_out, channels_out, 3))),
        bn2(register_module("bn2", torch::nn::BatchNorm2d(channels_out))),
        shortcut(register_module("shortcut", conv(channels_in, channels_out, 1))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    const auto inner = bn1(conv1(x)).relu();
    return (bn2(conv2(inner)) + shortcut(x)).relu();
  }

  static torch::nn::Conv2d conv(int channels_in, int channels_out, int kernel) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(channels_in, channels_out, kernel)
                                 .padding(kernel / 2)
                                 .bias(false));
  }

  torch::nn::Conv2d conv1;
  torch::nn::BatchNorm2d bn1;
  torch::nn::Conv2d conv2;
  torch::nn::BatchNorm2d bn2;
  torch::nn::Conv2d shortcut;
};
TORCH_MODULE(ResNetBlock);
