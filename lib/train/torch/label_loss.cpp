#include "train/torch/label_loss.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <cmath>

#include "net/head.hpp"

namespace mlpctl::train {
namespace {

/// What the labels demand: 1 for the class, or even probabilities for none.
at::Tensor probabilities(const at::Tensor& labels, const at::Tensor& of_no_class) {
  const at::Tensor classes = at::arange(model::kClasses, labels.options());
  return labels.unsqueeze(1).eq(classes) + of_no_class.unsqueeze(1) / model::kClasses;
}

}  // namespace

at::Tensor label_loss(const at::Tensor& logits, const at::Tensor& labels, bool some_of_no_class,
                      double label_smoothing) {
  const auto cross_entropy = [&](const at::Tensor& target) {
    return at::cross_entropy_loss(logits, target, {}, at::Reduction::Mean, -100, label_smoothing);
  };
  if (!some_of_no_class) return cross_entropy(labels);
  const at::Tensor of_no_class = labels.eq(net::kNoClass).to(at::kFloat);
  const double least = std::log(static_cast<double>(model::kClasses));
  return cross_entropy(probabilities(labels, of_no_class)) - of_no_class.mean() * least;
}

}  // namespace mlpctl::train
