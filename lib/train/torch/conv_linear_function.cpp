#include "train/torch/conv_linear_function.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/custom_function.h>

#include "train/torch/tensors.hpp"

namespace mlpctl::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

net::ConvLinear layers_of(const FoldedPass& pass, const at::Tensor& kernel,
                          const at::Tensor& kernel_bias, const at::Tensor& bias) {
  return {values_of(kernel), values_of(kernel_bias), pass.weight, values_of(bias)};
}

/// The batch's rows and the units' columns of a padded buffer.
at::Tensor view_of(net::AlignedFloats& padded, std::int64_t pictures) {
  return at::from_blob(padded.data(), {pictures, net::kHidden1}, {net::kPackedUnits, 1},
                       at::kFloat);
}

class ConvLinearFunction : public torch::autograd::Function<ConvLinearFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& kernel,
                          const Variable& kernel_bias, const Variable& bias, FoldedPass* pass) {
    context->save_for_backward({kernel, kernel_bias, bias});
    context->saved_data["pass"] = reinterpret_cast<std::int64_t>(pass);
    const std::int64_t size = pass->batch.size() * net::kPackedUnits;
    pass->outputs.resize(static_cast<std::size_t>(size));
    pass->layer.forward(layers_of(*pass, kernel, kernel_bias, bias), pass->batch, pass->outputs);
    return view_of(pass->outputs, pass->batch.size());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& pass = *reinterpret_cast<FoldedPass*>(context->saved_data["pass"].toInt());
    const variable_list saved = context->get_saved_variables();
    // The padding beside the view must be zero; the view itself is overwritten.
    pass.gradient.assign(pass.outputs.size(), 0.0F);
    view_of(pass.gradient, pass.batch.size()).copy_(gradients[0]);
    Variable kernel = at::empty_like(saved[0]), kernel_bias = at::empty_like(saved[1]),
             bias = at::empty_like(saved[2]);
    pass.layer.backward(layers_of(pass, saved[0], saved[1], saved[2]), pass.batch, pass.gradient,
                        {values_of(kernel), values_of(kernel_bias), {}, values_of(bias)},
                        pass.sink);
    return {kernel, kernel_bias, bias, Variable()};
  }
};

}  // namespace

at::Tensor conv_linear(const at::Tensor& kernel, const at::Tensor& kernel_bias,
                       const at::Tensor& bias, FoldedPass& pass) {
  return ConvLinearFunction::apply(kernel, kernel_bias, bias, &pass);
}

}  // namespace mlpctl::train
