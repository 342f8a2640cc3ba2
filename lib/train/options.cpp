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

void check_ranges(const TrainOptions& options) {
  for_each_field(options, [](const auto& field) {
    using Value = std::remove_cvref_t<decltype(field.value)>;
    if constexpr (std::is_arithmetic_v<Value>) {
      require_in_range(field.name, static_cast<double>(field.value), field.range);
    } else if constexpr (std::is_same_v<Value, AugmentOptions>) {
      check(field.value);
    }
  });
}

void check_optimizer(const OptimizerOptions& optimizer) {
  require(optimizer.momentum == 0 || optimizer.kind == model::OptimizerKind::kSgd,
          "`momentum` belongs to `optimizer` sgd: Adam and AdamW have their own");
  require_in_range("betas", optimizer.beta1, kBelowOne);
  require_in_range("betas", optimizer.beta2, kBelowOne);
  require_in_range("eps", optimizer.eps, kFromZero);
  require(std::isfinite(optimizer.dampening), "`dampening` must be a number");
}

}  // namespace

AugmentOptions augment_of(const TrainOptions& options, std::int64_t epoch) {
  constexpr float kCalm = 0.6F;
  if (epoch >= options.epochs - options.clean_epochs) return kNoAugment;
  AugmentOptions augment = options.augment;
  if (static_cast<double>(epoch) >= (1 - options.calm) * static_cast<double>(options.epochs)) {
    augment.clean_fraction = std::max(augment.clean_fraction, kCalm);
  }
  return augment;
}

bool depends_on_epochs(const TrainOptions& options) {
  const bool ends_calmly =
      (options.clean_epochs > 0 || options.calm > 0) && changes_images(options.augment);
  return options.schedule != ScheduleKind::kConstant || ends_calmly;
}

void check(const TrainOptions& options, std::int64_t train_count, std::int64_t validation_count) {
  check_ranges(options);
  if (options.batch_size > train_count) {
    throw Error(ErrorCode::kInvalidArgument, "`batch_size` " + std::to_string(options.batch_size) +
                                                 " is larger than the training set of " +
                                                 std::to_string(train_count) +
                                                 "; choose a smaller one");
  }
  require(options.warmup < static_cast<double>(options.epochs),
          "`warmup` must be at least 0 and shorter than `epochs`");
  check_optimizer(options.network.optimizer);
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

std::string_view to_string(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::kConstant:
      return "constant";
    case ScheduleKind::kCosine:
      return "cosine";
    case ScheduleKind::kLinear:
      return "linear";
    case ScheduleKind::kOneCycle:
      break;
  }
  return "onecycle";
}

std::string_view to_string(ScheduleFrom from) {
  return from == ScheduleFrom::kNow ? "now" : "start";
}

std::string_view to_string(Keep keep) {
  return keep == Keep::kBest ? "best" : "last";
}

std::string_view to_string(Weights weights) {
  return weights == Weights::kLayers ? "layers" : "map";
}

std::string_view to_string(Precision precision) {
  return precision == Precision::kFloat32 ? "float32" : "bf16";
}

}  // namespace mlpctl::train
