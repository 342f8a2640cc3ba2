#include "model/optimizer_state.hpp"

#include <span>

#include "model/tensor_values.hpp"

namespace mlpctl::model {
namespace {

using state::DictValue;
using state::ListValue;
using state::TupleValue;
using state::Value;

bool is_adam(const OptimizerState& optimizer) {
  return optimizer.kind != OptimizerKind::kSgd;
}

DictValue entry_state(const OptimizerState& optimizer, std::size_t i, const float& step) {
  if (!is_adam(optimizer)) return {{"momentum_buffer", tensor_value(i, optimizer.first)}};
  const auto count = std::as_bytes(std::span(&step, 1));
  return {{"step", state::TensorValue{{}, state::DType::kFloat32, count}},
          {"exp_avg", tensor_value(i, optimizer.first)},
          {"exp_avg_sq", tensor_value(i, optimizer.second)}};
}

// Before the first step, and without momentum, PyTorch's optimizers have no state either.
DictValue all_state(const OptimizerState& optimizer, const float& step) {
  DictValue all;
  if (optimizer.step == 0) return all;
  if (!is_adam(optimizer) && optimizer.momentum == 0) return all;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    all.emplace_back(static_cast<std::int64_t>(i), entry_state(optimizer, i, step));
  }
  return all;
}

// Every key that torch.optim of 2.13 writes; older versions pass over those they do not know.
DictValue param_group(const OptimizerState& optimizer) {
  DictValue group{{"lr", optimizer.lr}};
  if (is_adam(optimizer)) {
    group.emplace_back("betas", TupleValue{{optimizer.beta1, optimizer.beta2}});
    group.emplace_back("eps", optimizer.eps);
    group.emplace_back("weight_decay", optimizer.weight_decay);
    group.emplace_back("amsgrad", false);
  } else {
    group.emplace_back("momentum", optimizer.momentum);
    group.emplace_back("dampening", optimizer.dampening);
    group.emplace_back("weight_decay", optimizer.weight_decay);
    group.emplace_back("nesterov", optimizer.nesterov);
  }
  group.emplace_back("maximize", false);
  group.emplace_back("foreach", Value{});
  if (is_adam(optimizer)) group.emplace_back("capturable", false);
  group.emplace_back("differentiable", false);
  group.emplace_back("fused", Value{});
  if (is_adam(optimizer)) {
    group.emplace_back("decoupled_weight_decay", optimizer.kind == OptimizerKind::kAdamW);
  }
  ListValue indices;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    indices.emplace_back(static_cast<std::int64_t>(i));
  }
  group.emplace_back("params", std::move(indices));
  return group;
}

}  // namespace

Value optimizer_value(const OptimizerState& optimizer, const float& step) {
  return DictValue{{"state", all_state(optimizer, step)},
                   {"param_groups", ListValue{param_group(optimizer)}}};
}

}  // namespace mlpctl::model
