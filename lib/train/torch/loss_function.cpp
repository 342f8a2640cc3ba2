#include "train/torch/loss_function.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/custom_function.h>

namespace mlpctl::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// The places of the inputs, which are model::kEntries without the big weight.
enum Input : std::size_t { kKernel, kKernelBias, kBias, kWeight2, kBias2, kWeight3, kBias3 };

net::ConvLinear conv_linear_of(const variable_list& inputs, const FoldedPass& pass) {
  return {values_of(inputs[kKernel]), values_of(inputs[kKernelBias]), pass.weight,
          values_of(inputs[kBias])};
}

net::HeadLayers head_of(const variable_list& inputs) {
  return {values_of(inputs[kWeight2]), values_of(inputs[kBias2]), values_of(inputs[kWeight3]),
          values_of(inputs[kBias3])};
}

class LossFunction : public torch::autograd::Function<LossFunction> {
 public:
  // LibTorch tells variables from other arguments by their types, so a list would not do.
  static Variable forward(AutogradContext* context, const Variable& kernel,
                          const Variable& kernel_bias, const Variable& bias,
                          const Variable& weight2, const Variable& bias2, const Variable& weight3,
                          const Variable& bias3, FoldedPass* pass) {
    const variable_list inputs{kernel, kernel_bias, bias, weight2, bias2, weight3, bias3};
    context->save_for_backward(inputs);
    context->saved_data["pass"] = reinterpret_cast<std::int64_t>(pass);
    const std::int64_t size = pass->batch.size() * net::kPackedUnits;
    pass->outputs.resize(static_cast<std::size_t>(size));
    pass->layer.forward(conv_linear_of(inputs, *pass), pass->batch, pass->outputs);
    return at::scalar_tensor(
        pass->head.forward(head_of(inputs), pass->outputs, pass->labels, pass->label_smoothing));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    auto& pass = *reinterpret_cast<FoldedPass*>(context->saved_data["pass"].toInt());
    const variable_list inputs = context->get_saved_variables();
    variable_list found;
    for (const Variable& input : inputs) found.push_back(at::empty_like(input));
    pass.gradient.resize(pass.outputs.size());
    pass.head.backward(head_of(inputs), gradients[0].item<float>(), pass.gradient,
                       {values_of(found[kWeight2]), values_of(found[kBias2]),
                        values_of(found[kWeight3]), values_of(found[kBias3])});
    pass.layer.backward(
        conv_linear_of(inputs, pass), pass.batch, pass.gradient,
        {values_of(found[kKernel]), values_of(found[kKernelBias]), {}, values_of(found[kBias])},
        pass.sink);
    found.emplace_back();
    return found;
  }
};

}  // namespace

at::Tensor folded_loss(const Tensors& values, FoldedPass& pass) {
  return LossFunction::apply(values[0], values[1], values[3], values[4], values[5], values[6],
                             values[7], &pass);
}

}  // namespace mlpctl::train
