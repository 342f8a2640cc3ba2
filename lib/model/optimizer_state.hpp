#pragma once

#include "mlpctl/state/node.hpp"
#include "mlpctl/state/value.hpp"
#include "model/checkpoint.hpp"

namespace mlpctl::model {

/// What torch.optim's load_state_dict takes: {"state": {0: {...}}, "param_groups": [{...}]}. Its
/// tensors point into `optimizer` and `step`, which must outlive it; `step` is the count as the
/// float32 that PyTorch keeps per parameter.
state::Value optimizer_value(const OptimizerState& optimizer, const float& step);

/// Reads back what torch.optim's Adam, AdamW and SGD write. Versions before 2.8 do not say which of
/// Adam and AdamW it was: then Adam. Throws Error for what cannot be gone on from.
OptimizerState optimizer_from(const state::Node& node);

}  // namespace mlpctl::model
