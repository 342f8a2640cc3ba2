#include "train/torch/autograd.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "train/torch/tensors.hpp"

namespace mlpctl::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// What the function works on besides the tensors that autograd sees.
struct PassHandle : torch::CustomClassHolder {
  PassHandle(net::FoldedPass& pass_of, std::span<const float> packed)
      : pass(pass_of), big(packed) {}

  net::FoldedPass& pass;
  std::span<const float> big;
};
using PassPointer = c10::intrusive_ptr<PassHandle>;

/// The layers that the small tensors and the packed weight make up; Layers and Head are those of
/// the values or of the gradients.
net::NetworkWeights weights_of(const variable_list& small, std::span<const float> big) {
  const auto at = [&](std::size_t i) { return values_of(small[i]); };
  return {{at(0), at(1), big, at(2)}, {at(3), at(4), at(5), at(6)}};
}
net::NetworkGradient gradient_of(const variable_list& small) {
  const auto at = [&](std::size_t i) { return values_of(small[i]); };
  return {{at(0), at(1), {}, at(2)}, {at(3), at(4), at(5), at(6)}};
}

class LossFunction : public torch::autograd::Function<LossFunction> {
 public:
  // LibTorch tells variables from other arguments by their types, so a list would not do.
  static Variable forward(AutogradContext* context, const Variable& kernel,
                          const Variable& kernel_bias, const Variable& bias,
                          const Variable& weight2, const Variable& bias2, const Variable& weight3,
                          const Variable& bias3, const PassPointer& handle) {
    const variable_list small{kernel, kernel_bias, bias, weight2, bias2, weight3, bias3};
    context->save_for_backward(small);
    context->saved_data["pass"] = c10::IValue::make_capsule(handle);
    return at::scalar_tensor(handle->pass.forward(weights_of(small, handle->big)));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto capsule = context->saved_data["pass"].toCapsule();
    const auto& handle = static_cast<const PassHandle&>(*capsule);
    const variable_list small = context->get_saved_variables();
    variable_list found;
    for (const Variable& each : small) found.push_back(at::empty_like(each));
    handle.pass.backward(weights_of(small, handle.big), gradients[0].item<float>(),
                         gradient_of(found));
    found.emplace_back();  // the handle has none
    return found;
  }
};

/// A leaf of the graph over values that stay where they are.
at::Tensor leaf(std::span<const float> values) {
  at::Tensor tensor = at::from_blob(const_cast<float*>(values.data()),
                                    {static_cast<std::int64_t>(values.size())}, at::kFloat);
  return tensor.set_requires_grad(true);
}

class Autograd : public Backpropagation {
 public:
  Autograd() {
    // The small layers are too small to share; the folded layer has its own threads.
    at::set_num_threads(1);
  }

  float forward(net::FoldedPass& pass, const net::NetworkWeights& weights) override {
    const auto& [first, head] = weights;
    small_ = {leaf(first.kernel), leaf(first.kernel_bias), leaf(first.bias), leaf(head.weight2),
              leaf(head.bias2),   leaf(head.weight3),      leaf(head.bias3)};
    loss_ = folded_loss(small_, first.weight, pass);
    return loss_.item<float>();
  }

  void backward(net::FoldedPass&, const net::NetworkWeights&,
                const net::NetworkGradient& gradient) override {
    torch::autograd::backward({loss_}, {});
    const auto& [first, head] = gradient;
    const std::array to{first.kernel, first.kernel_bias, first.bias, head.weight2,
                        head.bias2,   head.weight3,      head.bias3};
    for (std::size_t i = 0; i < to.size(); ++i) {
      const at::Tensor dense = small_[i].grad().contiguous();
      std::ranges::copy(values_of(dense), to[i].begin());
    }
  }

 private:
  SmallTensors small_;
  at::Tensor loss_;
};

}  // namespace

at::Tensor folded_loss(const SmallTensors& small, std::span<const float> big,
                       net::FoldedPass& pass) {
  return LossFunction::apply(small[0], small[1], small[2], small[3], small[4], small[5], small[6],
                             c10::make_intrusive<PassHandle>(pass, big));
}

std::unique_ptr<Backpropagation> make_autograd() {
  return std::make_unique<Autograd>();
}

}  // namespace mlpctl::train
