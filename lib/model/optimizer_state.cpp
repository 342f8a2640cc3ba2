#include "model/optimizer_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/convert.hpp"
#include "model/model_file.hpp"

namespace mlpctl::model {
namespace {

using state::DictValue;
using state::ListValue;
using state::Node;
using state::TupleValue;
using state::Value;
using Kind = Node::Kind;

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

[[noreturn]] void refuse_optimizer(const std::string& why,
                                   ErrorCode code = ErrorCode::kCorruption) {
  throw Error(code, "the optimizer's state cannot be gone on from: " + why);
}

const Node& required(const Node& dict, std::string_view key) {
  const Node* value = dict.find(key);
  if (value == nullptr) refuse_optimizer("it has no " + std::string(key));
  return *value;
}

/// The only element of a tensor, a double as it is.
double element(const state::Tensor& tensor) {
  if (tensor.dtype != state::DType::kFloat64) {
    return static_cast<double>(state::to_float32(tensor)[0]);
  }
  double value = 0;
  const std::vector<std::byte> bytes = contiguous_bytes(tensor);
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(value)));
  return value;
}

// PyTorch keeps steps, and some people the learning rate, in tensors of one element.
double number(const Node& node, std::string_view what) {
  if (node.is(Kind::kInt)) return static_cast<double>(node.as_int());
  if (node.is(Kind::kFloat)) return node.as_float();
  if (node.is(Kind::kTensor) && node.tensor().numel() == 1 && is_real_float(node.tensor().dtype)) {
    return element(node.tensor());
  }
  refuse_optimizer("its " + std::string(what) + " is no number");
}

double number_at(const Node& dict, std::string_view key) {
  return number(required(dict, key), key);
}

bool flag(const Node& dict, std::string_view key) {
  const Node* value = dict.find(key);
  if (value == nullptr || value->is_none()) return false;
  if (!value->is(Kind::kBool))
    refuse_optimizer("its " + std::string(key) + " is neither True nor False");
  return value->as_bool();
}

/// Whether a setting says nothing: as where an optimizer has it and does not use it.
bool is_off(const Node& value) {
  return value.is_none() || (value.is(Kind::kBool) && !value.as_bool());
}

// Those that say how PyTorch computes the same, what a group is called, and what a scheduler left:
// the rate that it last set is under "lr".
bool is_harmless(std::string_view key) {
  constexpr std::string_view kNames[] = {"foreach",      "fused",  "capturable",  "differentiable",
                                         "params",       "name",   "param_names", "initial_lr",
                                         "max_lr",       "min_lr", "swa_lr",      "max_momentum",
                                         "base_momentum"};
  return std::ranges::count(kNames, key) > 0;
}

/// Refuses what the group sets beyond `known`.
void require_known(const Node& group, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : group.dict().entries) {
    const std::string_view name = key.is(Kind::kString) ? key.text() : "a key that is no text";
    if (std::ranges::count(known, name) > 0 || is_harmless(name) || is_off(value)) continue;
    refuse_optimizer("it sets " + std::string(name) + ", which training here does not know",
                     ErrorCode::kNotSupported);
  }
}

const Node& only_group(const Node& node) {
  const Node& groups = required(node, "param_groups");
  if (groups.items().size() != 1) {
    refuse_optimizer(
        "it has " + std::to_string(groups.items().size()) + " parameter groups instead of one",
        ErrorCode::kNotSupported);
  }
  const Node& group = groups.items()[0];
  if (!group.is(Kind::kDict)) refuse_optimizer("its parameter group is no dict");
  for (const char* key : {"amsgrad", "maximize"}) {
    if (flag(group, key)) {
      refuse_optimizer(std::string(key) + " is on, which training here does not know",
                       ErrorCode::kNotSupported);
    }
  }
  return group;
}

void read_adam(OptimizerState& optimizer, const Node& group) {
  const auto betas = required(group, "betas").items();
  if (betas.size() != 2) refuse_optimizer("its betas are not two numbers");
  optimizer.kind_known = group.find("decoupled_weight_decay") != nullptr;
  optimizer.kind =
      flag(group, "decoupled_weight_decay") ? OptimizerKind::kAdamW : OptimizerKind::kAdam;
  optimizer.beta1 = number(betas[0], "beta");
  optimizer.beta2 = number(betas[1], "beta");
  optimizer.eps = number_at(group, "eps");
  require_known(group, {"lr", "weight_decay", "betas", "eps", "decoupled_weight_decay"});
}

void read_sgd(OptimizerState& optimizer, const Node& group) {
  optimizer.kind = OptimizerKind::kSgd;
  optimizer.momentum = number_at(group, "momentum");
  optimizer.dampening = number_at(group, "dampening");
  optimizer.nesterov = flag(group, "nesterov");
  require_known(group, {"lr", "weight_decay", "momentum", "dampening", "nesterov"});
}

// Other optimizers of PyTorch share some of these keys, but none shares both.
void read_group(OptimizerState& optimizer, const Node& group) {
  if (group.find("betas") != nullptr && group.find("amsgrad") != nullptr) {
    read_adam(optimizer, group);
  } else if (group.find("momentum") != nullptr && group.find("nesterov") != nullptr) {
    read_sgd(optimizer, group);
  } else {
    refuse_optimizer("it is not of Adam, AdamW or SGD", ErrorCode::kNotSupported);
  }
  optimizer.lr = number_at(group, "lr");
  optimizer.weight_decay = number_at(group, "weight_decay");
}

const Node* find_entry(const Node& all, std::int64_t id) {
  for (const auto& [key, value] : all.dict().entries) {
    if (key.is(Kind::kInt) && key.as_int() == id) return &value;
  }
  return nullptr;
}

void read_moment(const Node& entry, std::string_view key, std::size_t i, Parameters& moments) {
  const Node& node = required(entry, key);
  const auto shape = kEntries[i].shape();
  if (!node.is(Kind::kTensor) || !std::ranges::equal(node.tensor().shape, shape)) {
    refuse_optimizer("its " + std::string(key) + " does not have the shape of " +
                     std::string(kEntries[i].name));
  }
  state::read_floats(node.tensor(), moments.tensors[i]);
}

std::int64_t read_step(const Node& entry) {
  const double step = number_at(entry, "step");
  if (!(step >= 0 && step < 0x1p53) || step != std::floor(step))
    refuse_optimizer("its step is no count");
  return static_cast<std::int64_t>(step);
}

/// Reads one entry's state; the steps that it has seen, where it tells.
std::optional<std::int64_t> read_entry(OptimizerState& optimizer, const Node& entry,
                                       std::size_t i) {
  if (optimizer.kind == OptimizerKind::kSgd) {
    const Node* buffer = entry.find("momentum_buffer");
    if (buffer == nullptr || buffer->is_none()) return std::nullopt;
    read_moment(entry, "momentum_buffer", i, optimizer.first);
    return 1;
  }
  read_moment(entry, "exp_avg", i, optimizer.first);
  read_moment(entry, "exp_avg_sq", i, optimizer.second);
  return read_step(entry);
}

void read_state(OptimizerState& optimizer, const Node& all, const Node& ids) {
  if (!all.is(Kind::kDict)) refuse_optimizer("its state is no dict");
  // PyTorch's SGD does not count, and without momentum keeps nothing to tell by.
  const bool sgd = optimizer.kind == OptimizerKind::kSgd;
  optimizer.step_known = !sgd;
  if (ids.items().size() != kEntries.size()) {
    refuse_optimizer("it is of " + std::to_string(ids.items().size()) + " parameters instead of " +
                     std::to_string(kEntries.size()));
  }
  if (all.dict().entries.empty()) {
    optimizer.step_known = !sgd || optimizer.momentum > 0;
    return;
  }
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    const Node& id = ids.items()[i];
    const Node* entry = id.is(Kind::kInt) ? find_entry(all, id.as_int()) : nullptr;
    if (entry == nullptr) refuse_optimizer("it has no state for " + std::string(kEntries[i].name));
    const std::int64_t step = read_entry(optimizer, *entry, i).value_or(0);
    if (i > 0 && step != optimizer.step)
      refuse_optimizer("its parameters have seen different steps");
    optimizer.step = step;
  }
  if (sgd && optimizer.step == 0) optimizer.step_known = optimizer.momentum > 0;
}

}  // namespace

std::string_view to_string(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kAdam:
      return "adam";
    case OptimizerKind::kAdamW:
      return "adamw";
    case OptimizerKind::kSgd:
      break;
  }
  return "sgd";
}

Value optimizer_value(const OptimizerState& optimizer, const float& step) {
  return DictValue{{"state", all_state(optimizer, step)},
                   {"param_groups", ListValue{param_group(optimizer)}}};
}

OptimizerState optimizer_from(const Node& node) {
  if (!node.is(Kind::kDict)) refuse_optimizer("it is no dict");
  OptimizerState optimizer;
  const Node& group = only_group(node);
  read_group(optimizer, group);
  read_state(optimizer, required(node, "state"), required(group, "params"));
  return optimizer;
}

}  // namespace mlpctl::model
