#include "train/train_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

#include "cli/threads.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"
#include "train/recipe.hpp"

namespace mlpctl::app {
namespace {

using model::OptimizerKind;

OptimizerKind optimizer_kind(std::string_view name) {
  for (const auto kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
    if (train::to_string(kind) == name) return kind;
  }
  throw UsageError("--optimizer " + std::string(name) + ": give adam, adamw or sgd");
}

train::ScheduleKind schedule_kind(std::string_view name) {
  using train::ScheduleKind;
  for (const auto kind :
       {ScheduleKind::kConstant, ScheduleKind::kCosine, ScheduleKind::kOneCycle}) {
    if (train::to_string(kind) == name) return kind;
  }
  throw UsageError("--schedule " + std::string(name) + ": give constant, cosine or onecycle");
}

/// Adds options of one group whose defaults are the recipe's, shown as the default recipe has them.
class Group {
 public:
  Group(CLI::App& command, std::string name) : command_(command), name_(std::move(name)) {}

  template <typename Value>
  CLI::Option* add(const char* option, Value& value, const std::string& help) {
    return command_.add_option(option, value, help)->group(name_)->capture_default_str();
  }
  template <typename Value, typename Shown>
  CLI::Option* add(const char* option, std::optional<Value>& value, const std::string& help,
                   const Shown& shown) {
    return command_.add_option(option, value, help)->group(name_)->default_str(text(shown));
  }
  void flag(const char* option, bool& value, const std::string& help) {
    command_.add_flag(option, value, help)->group(name_);
  }

 private:
  static std::string text(std::string_view shown) { return std::string(shown); }
  static std::string text(std::int64_t shown) { return std::to_string(shown); }
  static std::string text(double shown) {
    std::ostringstream out;
    out << static_cast<float>(shown);
    return out.str();
  }
  static std::string text(float shown) { return text(static_cast<double>(shown)); }

  CLI::App& command_;
  std::string name_;
};

void add_length(CLI::App& command, TrainSettings& settings, const train::Recipe& recipe) {
  Group group(command, "Training");
  std::string names = "default";
  for (const auto& each : train::recipes()) names += ", " + std::string(each.name);
  group.add("--recipe", settings.recipe,
            "Settings that were found together, one of " + names +
                "; defaults below are the default recipe's for digits");
  const auto positive = CLI::Range(std::int64_t{1}, std::int64_t{1} << 40U, "from 1 on");
  group.add("--epochs", settings.epochs, "Passes over the training set", recipe.epochs)
      ->check(positive);
  group.add("--batch-size", settings.batch_size, "Pictures a step", recipe.batch_size)
      ->check(positive);
  group.add("--max-steps", settings.max_steps, "End after so many steps; 0: no limit")
      ->check(CLI::NonNegativeNumber);
  group.add("--seed", settings.seed, "Seed of the initial weights, the order and the changes")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max(), "from 0 on"));
  group.flag("--no-shuffle", settings.no_shuffle, "Take the pictures in the order of the files");
  group.add("--keep", settings.keep, "Weights to write: of the last or the best epoch")
      ->check(CLI::IsMember({"last", "best"}));
  group
      .add("--patience", settings.patience,
           "End after so many epochs without a better validation accuracy; 0: never")
      ->check(CLI::NonNegativeNumber);
}

void add_optimizer(CLI::App& command, TrainSettings& settings, const train::Recipe& recipe) {
  Group group(command, "Optimizer");
  group
      .add("--optimizer", settings.optimizer, "adam, adamw or sgd, as in torch.optim",
           recipe.optimizer)
      ->check(CLI::IsMember({"adam", "adamw", "sgd"}));
  group.add("--lr", settings.learning_rate, "Learning rate", recipe.learning_rate)
      ->check(CLI::PositiveNumber);
  group.add("--momentum", settings.momentum, "Momentum of sgd", 0.0)->check(CLI::Range(0.0, 1.0));
  group.add("--weight-decay", settings.weight_decay, "Weight decay", recipe.weight_decay)
      ->check(CLI::NonNegativeNumber);
  group
      .add("--schedule", settings.schedule, "Course of the rate: constant, cosine or onecycle",
           recipe.schedule)
      ->check(CLI::IsMember({"constant", "cosine", "onecycle"}));
  group
      .add("--warmup", settings.warmup, "Epochs over which the rate rises, maybe a part of one",
           recipe.warmup)
      ->check(CLI::NonNegativeNumber);
  group
      .add("--ema", settings.ema, "Decay a step of the averaged weights; 0: no average", recipe.ema)
      ->check(CLI::Range(0.0, 1.0));
  group
      .add("--label-smoothing", settings.label_smoothing, "Share of a label given to all classes",
           recipe.label_smoothing)
      ->check(CLI::Range(0.0, 1.0));
}

void add_augmentation(CLI::App& command, TrainSettings& settings, const train::Recipe& recipe) {
  Group group(command, "Changed pictures");
  const train::AugmentOptions& shown = recipe.augment;
  group.flag("--no-augment", settings.no_augment, "Train on the pictures as they are");
  group.add("--rotate", settings.rotate, "Largest turn in degrees", shown.rotate);
  group.add("--scale", settings.scale, "Largest change of size", shown.scale);
  group.add("--aspect", settings.aspect, "Largest change of width over height", shown.aspect);
  group.add("--shear", settings.shear, "Largest slant", shown.shear);
  group.add("--shift", settings.shift, "Largest shift in pixels", shown.shift);
  group.add("--elastic", settings.elastic, "Largest elastic displacement in pixels", shown.elastic);
  group.add("--elastic-sigma", settings.elastic_sigma, "Pixels over which neighbours move together",
            shown.elastic_sigma);
  group.add("--stroke", settings.stroke, "Share with thicker or thinner strokes", shown.stroke);
  group.add("--upstroke", settings.upstroke, "Share of ones given an upstroke", shown.upstroke);
  group.add("--bar", settings.bar, "Share of sevens given a bar", shown.bar);
  group.add("--tail", settings.tail, "Share of nines whose tail turns left", shown.tail);
  group.add("--clean-fraction", settings.clean_fraction, "Share left as they are",
            shown.clean_fraction);
  group
      .add("--clean-epochs", settings.clean_epochs, "Epochs at the end on the pictures as they are",
           recipe.clean_epochs)
      ->check(CLI::NonNegativeNumber);
}

template <typename Value>
void set(Value& value, const std::optional<Value>& given) {
  if (given) value = *given;
}

train::AugmentOptions augmentation(const TrainSettings& settings, const train::Recipe& recipe) {
  if (settings.no_augment) return train::kNoAugment;
  train::AugmentOptions augment = recipe.augment;
  set(augment.rotate, settings.rotate);
  set(augment.scale, settings.scale);
  set(augment.aspect, settings.aspect);
  set(augment.shear, settings.shear);
  set(augment.shift, settings.shift);
  set(augment.elastic, settings.elastic);
  set(augment.elastic_sigma, settings.elastic_sigma);
  set(augment.stroke, settings.stroke);
  set(augment.upstroke, settings.upstroke);
  set(augment.bar, settings.bar);
  set(augment.tail, settings.tail);
  set(augment.clean_fraction, settings.clean_fraction);
  return augment;
}

int threads_for(const std::string& threads, std::int64_t batch_size) {
  const int allowed = thread_count(threads);
  return threads == "auto" ? std::min(allowed, train::automatic_threads(batch_size)) : allowed;
}

train::NetworkOptions network_options(const TrainSettings& settings, const train::Recipe& recipe,
                                      std::int64_t batch_size) {
  train::NetworkOptions network;
  network.threads = threads_for(settings.threads, batch_size);
  network.adapt_threads = settings.threads == "auto";
  network.fold = !settings.no_fold;
  network.precision =
      settings.precision == "bf16" ? train::Precision::kBFloat16 : train::Precision::kFloat32;
  network.optimizer.kind =
      optimizer_kind(settings.optimizer.value_or(std::string(recipe.optimizer)));
  network.optimizer.momentum = settings.momentum.value_or(0);
  network.optimizer.weight_decay = settings.weight_decay.value_or(recipe.weight_decay);
  network.ema = settings.ema.value_or(recipe.ema);
  network.label_smoothing = settings.label_smoothing.value_or(recipe.label_smoothing);
  return network;
}

}  // namespace

void add_train_settings(CLI::App& command, TrainSettings& settings) {
  const train::Recipe& recipe = train::find_recipe("default", true);
  add_length(command, settings, recipe);
  add_optimizer(command, settings, recipe);
  add_augmentation(command, settings, recipe);
  add_threads_option(command, settings.threads);
  Group group(command, "Device");
  group.add("--precision", settings.precision, "float32, or bf16 where the device is faster at it")
      ->check(CLI::IsMember({"float32", "bf16"}));
  group.flag("--no-fold", settings.no_fold, "Compute layer by layer: the reference, and slower");
}

train::TrainOptions resolve(const TrainSettings& settings, bool digits) {
  const train::Recipe& recipe = train::find_recipe(settings.recipe, digits);
  train::TrainOptions options;
  options.epochs = settings.epochs.value_or(recipe.epochs);
  options.batch_size = settings.batch_size.value_or(recipe.batch_size);
  options.network = network_options(settings, recipe, options.batch_size);
  options.learning_rate = settings.learning_rate.value_or(recipe.learning_rate);
  options.schedule = schedule_kind(settings.schedule.value_or(std::string(recipe.schedule)));
  // A warm-up that the recipe brings gives way to a run that is too short for it.
  const double longest = static_cast<double>(options.epochs) / 2;
  options.warmup = settings.warmup.value_or(std::min(recipe.warmup, longest));
  options.keep = settings.keep == "best" ? train::Keep::kBest : train::Keep::kLast;
  options.patience = settings.patience;
  options.seed = settings.seed;
  options.shuffle = !settings.no_shuffle;
  options.max_steps = settings.max_steps;
  options.augment = augmentation(settings, recipe);
  options.clean_epochs = settings.clean_epochs.value_or(recipe.clean_epochs);
  return options;
}

}  // namespace mlpctl::app
