#pragma once

#include <cstdint>

#include "train/options.hpp"

namespace mlpctl::train {

/// One step of torch.optim's Adam, AdamW or SGD, and of the averaged weights, with everything that
/// is the same for all values worked out beforehand.
struct Update {
  model::OptimizerKind kind;
  float rate, weight_decay;
  float beta1, beta2, eps;
  /// Adam: rate / (1 - beta1^step), and 1 / sqrt(1 - beta2^step).
  float step_size, second_scale;
  float momentum;
  /// SGD: the gradient's share in the momentum, 1 - dampening after the first step.
  float gradient_share;
  bool nesterov;
  /// The share of the new weights in the average; 0: it does not move.
  float average_share;
};

/// The step-th step, counted from 1.
Update make_update(const OptimizerOptions& optimizer, double rate, double ema, std::int64_t step);

/// The share of the new weights in the average after the step-th step. The average starts as the
/// weights' plain mean and becomes exponential with the decay: a step keeps min(decay, step / (step
/// + 10)) of it. Where that is 0.99 or more it moves at every eighth step alone, by as much as in
/// eight: a stream beside weights and moments costs as much as each of these.
double average_share(double ema, std::int64_t step);

/// The values of one tensor or of a part of it. `first` and `second` are the optimizer's moments,
/// `average` the averaged weights; null where the options have none.
struct Slots {
  float* weight;
  float* first;
  float* second;
  float* average;
};

/// Updates count values in place from their gradients.
void apply(const Update& update, const Slots& slots, const float* gradient, std::int64_t count);

}  // namespace mlpctl::train
