#include "train/options.hpp"

#include <algorithm>
#include <cmath>

#include "mlpctl/error.hpp"
#include "thread/available_cpus.hpp"

namespace mlpctl::train {
namespace {

void require(bool holds, const char* sentence) {
  if (!holds) throw Error(ErrorCode::kInvalidArgument, sentence);
}

bool non_negative(double value) {
  return std::isfinite(value) && value >= 0;
}

void check_optimizer(const TrainOptions& options) {
  const OptimizerOptions& optimizer = options.network.optimizer;
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0,
          "`lr` must be a number above 0");
  require(non_negative(optimizer.momentum) && optimizer.momentum < 1,
          "`momentum` must be at least 0 and below 1");
  require(optimizer.momentum == 0 || optimizer.kind == model::OptimizerKind::kSgd,
          "`momentum` belongs to `optimizer` sgd: Adam and AdamW have their own");
  require(non_negative(optimizer.weight_decay), "`weight_decay` must be at least 0");
  require(non_negative(options.network.ema) && options.network.ema < 1,
          "`ema` must be at least 0 and below 1");
  require(non_negative(options.network.label_smoothing) && options.network.label_smoothing < 1,
          "`label_smoothing` must be at least 0 and below 1");
}

void check_length(const TrainOptions& options, std::int64_t train_count) {
  require(options.epochs > 0, "`epochs` must be at least 1");
  require(options.batch_size > 0, "`batch_size` must be at least 1");
  require(options.batch_size <= train_count,
          "`batch_size` is larger than the training set; choose a smaller one");
  require(options.max_steps >= 0, "`max_steps` must be at least 0");
  require(non_negative(options.warmup) && options.warmup < static_cast<double>(options.epochs),
          "`warmup` must be at least 0 and shorter than `epochs`");
  require(options.clean_epochs >= 0, "`clean_epochs` must be at least 0");
}

}  // namespace

void check(const TrainOptions& options, std::int64_t train_count, std::int64_t validation_count) {
  check_length(options, train_count);
  check_optimizer(options);
  check(options.augment);
  require(options.patience >= 0, "`patience` must be at least 0");
  require(options.keep == Keep::kLast || validation_count > 0,
          "`keep` best needs images to choose by: give `val_split` as well");
  require(options.patience == 0 || validation_count > 0,
          "`patience` needs images to judge by: give `val_split` as well");
}

int automatic_threads(std::int64_t batch_size) {
  // A step at batch 64 holds about 1.5 ms of work that can be shared, and sharing costs some 30
  // microseconds a thread and pass; beyond these the passes' sequential ends outweigh it.
  const int worth = batch_size < 16 ? 2 : batch_size < 256 ? 4 : 8;
  return std::min(available_cpus(), worth);
}

std::string to_string(model::OptimizerKind kind) {
  switch (kind) {
    case model::OptimizerKind::kAdam:
      return "adam";
    case model::OptimizerKind::kAdamW:
      return "adamw";
    case model::OptimizerKind::kSgd:
      break;
  }
  return "sgd";
}

std::string to_string(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::kConstant:
      return "constant";
    case ScheduleKind::kCosine:
      return "cosine";
    case ScheduleKind::kOneCycle:
      break;
  }
  return "onecycle";
}

}  // namespace mlpctl::train
