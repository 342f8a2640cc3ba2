#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "model/optimizer_state.hpp"
#include "train/augment/augment.hpp"
#include "train/field.hpp"

namespace mlpctl::train {

/// torch.optim's settings of the same names.
struct OptimizerOptions {
  model::OptimizerKind kind = model::OptimizerKind::kAdam;
  double momentum = 0;
  double weight_decay = 0;
  /// These are PyTorch's defaults, but in a run that goes on from another optimizer's state.
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  double dampening = 0;
  bool nesterov = false;
};

enum class ScheduleKind { kConstant, kCosine, kLinear, kOneCycle };
/// Where the course of the rate starts when a resumed run has other epochs than before.
enum class ScheduleFrom { kStart, kNow };
enum class Keep { kLast, kBest };
enum class Precision { kFloat32, kBFloat16 };
/// What a step changes: the weights of each layer, or the map that the first two come to.
enum class Weights { kLayers, kMap };

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
  Weights weights = Weights::kLayers;
  OptimizerOptions optimizer = {};
  /// Decay a step of the averaged weights; 0: none are kept.
  double ema = 0;
  double label_smoothing = 0;

  bool averages() const { return ema > 0; }
  /// Whether the optimizer keeps a first moment.
  bool has_first_moment() const {
    return optimizer.kind != model::OptimizerKind::kSgd || optimizer.momentum > 0;
  }
};

/// How a run goes.
struct TrainOptions {
  NetworkOptions network;
  std::int64_t epochs = 20;
  /// Over all ranks.
  std::int64_t batch_size = 64;
  double learning_rate = 1e-3;
  ScheduleKind schedule = ScheduleKind::kConstant;
  ScheduleFrom schedule_from = ScheduleFrom::kStart;
  /// The step at which the course of the rate starts; more than 0 only after ScheduleFrom::kNow.
  std::int64_t course_start = 0;
  /// Epochs of linear warm-up.
  double warmup = 0;
  Keep keep = Keep::kLast;
  /// Epochs without a better validation accuracy after which training ends; 0: never.
  std::int64_t patience = 0;
  std::uint64_t seed = 0;
  bool shuffle = true;
  /// Steps after which training ends; 0: no limit.
  std::int64_t max_steps = 0;
  /// Epochs after which the test pictures are answered, besides after the last; 0: only then.
  std::int64_t test_every = 1;
  /// Steps after which the state is offered to be kept, besides after every epoch; 0: only then.
  std::int64_t checkpoint_every = 0;
  AugmentOptions augment = kNoAugment;
  /// Epochs at the end that see the images as they are.
  std::int64_t clean_epochs = 0;
  /// Share of the epochs, at the end and with the clean ones, in which most images stay as they
  /// are.
  double calm = 0;
};

/// The table of all settings: calls visit(Field) for each, in the order in which logs and
/// checkpoints name them; options may be const. The fields of `augment`, one row here, have a table
/// of their own. The command line, the checks, the log and a checkpoint's comparison are visitors
/// of these two tables, so a new setting is a member, a row and its use.
template <typename Options, typename Visit>
requires std::same_as<std::remove_const_t<Options>, TrainOptions>
void for_each_field(Options& options, Visit&& visit) {
  using enum Group;
  using enum OnResume;
  auto& network = options.network;
  auto& optimizer = network.optimizer;
  const auto field = [&](auto name, auto& value, Group group, const Range& range,
                         OnResume on_resume, auto help) {
    visit(Field{name, value, group, range, on_resume, help});
  };
  field("epochs", options.epochs, kTraining, kFromOne, kFree, "Passes over the training set");
  field("batch_size", options.batch_size, kTraining, kFromOne, kSame,
        "Pictures in a step, after which the weights change; of several processes, all together");
  field("lr", options.learning_rate, kOptimizer, kAboveZero, kSame,
        "Learning rate: how far a step goes");
  field("optimizer", optimizer.kind, kOptimizer, kAny, kSame,
        "How the weights change, as in torch.optim");
  field("momentum", optimizer.momentum, kOptimizer, kBelowOne, kSame,
        "Share of the last step that sgd repeats");
  field("weight_decay", optimizer.weight_decay, kOptimizer, kFromZero, kSame,
        "Pull of the weights towards 0");
  field("schedule", options.schedule, kOptimizer, kAny, kSame,
        "Course of the learning rate over the run");
  field("schedule_from", options.schedule_from, kOptimizer, kAny, kFree,
        "Where the course starts for a resumed run whose epochs change: at the run's start or now");
  field("warmup", options.warmup, kOptimizer, kFromZero, kSame,
        "Epochs at the start in which the learning rate rises; 0.5 is half of one");
  field("ema", network.ema, kOptimizer, kBelowOne, kSame,
        "Write the moving average of the weights, which keeps this share of itself at each step; "
        "0: no average");
  field("weights", network.weights, kOptimizer, kAny, kSame,
        "What a step changes: the weights of all layers, or in place of the first two layers' the "
        "map of the pixels that they come to, a quarter of the numbers");
  field("label_smoothing", network.label_smoothing, kOptimizer, kBelowOne, kSame,
        "Share of each label that is spread over all classes");
  field("augment", options.augment, kPictures, kAny, kSame,
        "Train on the pictures as they are, without the changes below");
  field("clean_epochs", options.clean_epochs, kPictures, kFromZero, kSame,
        "Epochs at the end in which the pictures stay as they are");
  field("calm", options.calm, kPictures, up_to(1), kSame,
        "Share of the epochs, at the end, in which six of ten pictures stay as they are");
  field("keep", options.keep, kTraining, kAny, kSame,
        "Weights to write: those of the last epoch, or of the best by the validation pictures");
  field("patience", options.patience, kTraining, kFromZero, kFree,
        "End after so many epochs in which the validation pictures were not answered better; "
        "0: never");
  field("seed", options.seed, kTraining, kAny, kSame,
        "Number that decides the first weights, the order of the pictures and their changes");
  field("shuffle", options.shuffle, kTraining, kAny, kSame,
        "Take the pictures in the order of the data set");
  field("max_steps", options.max_steps, kTraining, kFromZero, kFree,
        "End after so many steps; 0: no limit");
  field("test_every", options.test_every, kTraining, kFromZero, kFree,
        "Answer the test pictures after every so many epochs and after the last; 0: after the last "
        "alone");
  field("checkpoint_every", options.checkpoint_every, kTraining, kFromZero, kFree,
        "Write the checkpoint also after every so many steps; 0: after each epoch and at the end");
  field("device", network.device, kDevice, kAny, kFree,
        "Where to compute: the CPU, the first GPU or that with number N; auto: a GPU where there "
        "is one");
  field("threads", network.threads, kDevice, kAny, kFree, "Number of threads, or auto");
  field("precision", network.precision, kDevice, kAny, kSame,
        "Numbers to compute with; bf16 is faster on some devices");
  field("fold", network.fold, kDevice, kAny, kSame,
        "Compute layer by layer: slower, for comparison");
}

/// How the pictures of an epoch, counted from 0, are changed.
AugmentOptions augment_of(const TrainOptions& options, std::int64_t epoch);

/// Whether what a step does depends on how many epochs the run has: by a rate, or calm or clean
/// epochs, counted from its end.
bool depends_on_epochs(const TrainOptions& options);

/// Throws Error for values out of range or that contradict each other.
void check(const TrainOptions& options, std::int64_t train_count, std::int64_t validation_count);

/// Threads that this work is worth, at most as many as the process may use.
int automatic_threads(std::int64_t batch_size);

/// The names that the options take and the log uses.
std::string_view to_string(ScheduleKind kind);
std::string_view to_string(ScheduleFrom from);
std::string_view to_string(Keep keep);
std::string_view to_string(Precision precision);
std::string_view to_string(Weights weights);

template <>
struct Choices<model::OptimizerKind> {
  static constexpr std::array all{model::OptimizerKind::kAdam, model::OptimizerKind::kAdamW,
                                  model::OptimizerKind::kSgd};
};
template <>
struct Choices<ScheduleKind> {
  static constexpr std::array all{ScheduleKind::kConstant, ScheduleKind::kCosine,
                                  ScheduleKind::kLinear, ScheduleKind::kOneCycle};
};
template <>
struct Choices<ScheduleFrom> {
  static constexpr std::array all{ScheduleFrom::kStart, ScheduleFrom::kNow};
};
template <>
struct Choices<Keep> {
  static constexpr std::array all{Keep::kLast, Keep::kBest};
};
template <>
struct Choices<Weights> {
  static constexpr std::array all{Weights::kLayers, Weights::kMap};
};
template <>
struct Choices<Precision> {
  static constexpr std::array all{Precision::kFloat32, Precision::kBFloat16};
};

}  // namespace mlpctl::train
