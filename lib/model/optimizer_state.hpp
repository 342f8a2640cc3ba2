#pragma once

#include <cstdint>
#include <string_view>

#include "mlpctl/state/node.hpp"
#include "mlpctl/state/value.hpp"
#include "model/parameters.hpp"

namespace mlpctl::model {

/// torch.optim's classes of the same names.
enum class OptimizerKind { kAdam, kAdamW, kSgd };
/// "adam", "adamw" or "sgd".
std::string_view to_string(OptimizerKind kind);

/// What torch.optim.Optimizer.state_dict() holds for the eight parameters.
struct OptimizerState {
  OptimizerKind kind = OptimizerKind::kAdam;
  /// False where the file is of Adam or AdamW and does not say of which.
  bool kind_known = true;
  double lr = 1e-3;
  double weight_decay = 0.0;
  /// Adam and AdamW.
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  /// SGD.
  double momentum = 0.0, dampening = 0.0;
  bool nesterov = false;
  /// Steps taken. Python's SGD does not count them: then 1 where it has momentum buffers, and not
  /// known unless it has momentum and none.
  std::int64_t step = 0;
  bool step_known = true;
  /// exp_avg (Adam, AdamW) or momentum_buffer (SGD with momentum); zero before the first step.
  Parameters first;
  /// exp_avg_sq (Adam, AdamW).
  Parameters second;
};

/// What torch.optim's load_state_dict takes: {"state": {0: {...}}, "param_groups": [{...}]}. Its
/// tensors point into `optimizer` and `step`, which must outlive it; `step` is the count as the
/// float32 that PyTorch keeps per parameter.
state::Value optimizer_value(const OptimizerState& optimizer, const float& step);

/// Reads back what torch.optim's Adam, AdamW and SGD write. Versions before 2.8 do not say which of
/// Adam and AdamW it was: then Adam. Throws Error, naming it, for what cannot be gone on from:
/// other optimizers, several groups, amsgrad, maximize, and settings that none of the three has.
OptimizerState optimizer_from(const state::Node& node);

}  // namespace mlpctl::model
