#pragma once

#include <cstdint>
#include <string>

#include "model/checkpoint.hpp"
#include "train/augment/augment.hpp"

namespace mlpctl::train {

/// torch.optim's settings of the same names; what is not here has PyTorch's default.
struct OptimizerOptions {
  model::OptimizerKind kind = model::OptimizerKind::kAdam;
  double momentum = 0;
  double weight_decay = 0;
};

enum class ScheduleKind { kConstant, kCosine, kOneCycle };
enum class Keep { kLast, kBest };
enum class Precision { kFloat32, kBFloat16 };

/// How the network computes.
struct NetworkOptions {
  /// "cpu" or "cuda:N", as Engine::resolve_device gives it.
  std::string device = "cpu";
  int threads = 1;
  /// Take fewer threads while these are slower; the results are the same.
  bool adapt_threads = false;
  /// The convolution and first linear layer as one product; false: layer by layer.
  bool fold = true;
  Precision precision = Precision::kFloat32;
  OptimizerOptions optimizer = {};
  /// Decay a step of the averaged weights; 0: none are kept.
  double ema = 0;
  double label_smoothing = 0;
};

/// How a run goes.
struct TrainOptions {
  NetworkOptions network;
  std::int64_t epochs = 20;
  std::int64_t batch_size = 64;
  double learning_rate = 1e-3;
  ScheduleKind schedule = ScheduleKind::kConstant;
  /// Epochs of linear warm-up.
  double warmup = 0;
  Keep keep = Keep::kLast;
  /// Epochs without a better validation accuracy after which training ends; 0: never.
  std::int64_t patience = 0;
  std::uint64_t seed = 0;
  bool shuffle = true;
  /// Steps after which training ends; 0: no limit.
  std::int64_t max_steps = 0;
  AugmentOptions augment = kNoAugment;
  /// Epochs at the end that see the images as they are.
  std::int64_t clean_epochs = 0;
};

/// Throws Error for values out of range or that contradict each other.
void check(const TrainOptions& options, std::int64_t train_count, std::int64_t validation_count);

/// Threads that this work is worth, at most as many as the process may use.
int automatic_threads(std::int64_t batch_size);

/// The names that --optimizer, --schedule and the log use.
std::string to_string(model::OptimizerKind kind);
std::string to_string(ScheduleKind kind);

}  // namespace mlpctl::train
