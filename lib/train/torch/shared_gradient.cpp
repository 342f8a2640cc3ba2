#include "train/torch/shared_gradient.hpp"

#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace mlpctl::train {
namespace {

/// The first layers' parameters are so many of the eight.
constexpr std::size_t kFirst = 4;
/// The folded gradient's first half travels while the second is multiplied.
constexpr std::int64_t kHalf = model::kHidden1 / 2;

/// Views of the values, one after the other, in the shapes of the tensors.
std::vector<at::Tensor> views(const at::Tensor& values, const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> all;
  std::int64_t offset = 0;
  for (const at::Tensor& tensor : tensors) {
    all.push_back(values.narrow(0, offset, tensor.numel()).view(tensor.sizes()));
    offset += tensor.numel();
  }
  return all;
}

std::int64_t values_in(const std::vector<at::Tensor>& tensors) {
  std::int64_t count = 0;
  for (const at::Tensor& tensor : tensors) count += tensor.numel();
  return count;
}

}  // namespace

SharedGradient::SharedGradient(MlpModule& module, bool fold, TensorSum& sum)
    : module_(module), fold_(fold), sum_(sum) {
  const auto own = module.parameters();
  const std::vector<at::Tensor> head(own.begin() + kFirst, own.end());
  std::vector<at::Tensor> first(own.begin(), own.begin() + kFirst);
  if (fold) {
    const MlpModule::Folded folded = module.folded();
    first = {folded.weight, folded.bias};
  }
  const std::int64_t head_values = values_in(head) + 1, first_values = values_in(first);
  all_ = at::zeros({head_values + first_values}, own[0].options().requires_grad(false));
  head_part_ = all_.narrow(0, 0, head_values);
  first_part_ = all_.narrow(0, head_values, first_values);
  head_ = views(head_part_, head);
  loss_ = head_part_.select(0, head_values - 1);
  first_ = views(first_part_, first);
}

at::Tensor SharedGradient::logits(const at::Tensor& pictures) {
  if (fold_) {
    folded_ = module_.folded();
    pictures_ = pictures.reshape({-1, model::kPixels});
    outputs_ = at::linear(pictures_, folded_.weight.detach(), folded_.bias.detach());
  } else {
    outputs_ = module_.first(pictures);
  }
  cut_ = outputs_.detach().set_requires_grad(true);
  return module_.head(cut_);
}

at::Tensor SharedGradient::backward(const at::Tensor& loss, double weight) {
  const auto own = module_.parameters();
  std::vector<at::Tensor> inputs(own.begin() + kFirst, own.end());
  inputs.push_back(cut_);
  const at::Tensor part = loss * weight;
  const auto gradients = torch::autograd::grad({part}, inputs);
  for (std::size_t i = 0; i < head_.size(); ++i) head_[i].copy_(gradients[i]);
  // The mean of no pictures is no number.
  if (weight == 0)
    loss_.zero_();
  else
    loss_.copy_(part.detach());
  sum_.begin(head_part_);
  if (fold_)
    send_folded(gradients.back());
  else
    send_layers(gradients.back());
  sum_.finish();
  keep_gradients();
  return loss_.clone();
}

void SharedGradient::send_folded(const at::Tensor& output_gradient) {
  const at::Tensor pictures = pictures_.to(output_gradient.scalar_type());
  const auto multiply = [&](std::int64_t row, std::int64_t rows) {
    const at::Tensor of_units = output_gradient.narrow(1, row, rows).t();
    first_[0].narrow(0, row, rows).copy_(at::mm(of_units, pictures));
  };
  first_[1].copy_(output_gradient.sum({0}, false, at::kFloat));
  multiply(0, kHalf);
  constexpr std::int64_t kFirstHalf = kHalf * model::kPixels;
  sum_.begin(first_part_.narrow(0, 0, kFirstHalf));
  multiply(kHalf, model::kHidden1 - kHalf);
  sum_.begin(first_part_.narrow(0, kFirstHalf, first_part_.numel() - kFirstHalf));
}

void SharedGradient::send_layers(const at::Tensor& output_gradient) {
  const auto own = module_.parameters();
  const std::vector<at::Tensor> first(own.begin(), own.begin() + kFirst);
  const auto gradients = torch::autograd::grad({outputs_}, first, {output_gradient});
  for (std::size_t i = 0; i < first_.size(); ++i) first_[i].copy_(gradients[i]);
  sum_.begin(first_part_);
}

void SharedGradient::keep_gradients() {
  auto own = module_.parameters();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool is_unfolded = fold_ && i < kFirst;
    own[i].mutable_grad() = is_unfolded ? at::Tensor() : i < kFirst ? first_[i] : head_[i - kFirst];
  }
  if (fold_) torch::autograd::backward({folded_.weight, folded_.bias}, first_);
}

}  // namespace mlpctl::train
