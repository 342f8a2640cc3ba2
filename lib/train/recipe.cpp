#include "train/recipe.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mlpctl/error.hpp"

namespace mlpctl::train {
namespace {

/// What the recipes below have in common.
TrainOptions averaged() {
  TrainOptions options;
  options.epochs = 30;
  options.batch_size = 128;
  options.network.optimizer = {.kind = model::OptimizerKind::kAdamW, .weight_decay = 0.05};
  options.learning_rate = 2e-3;
  options.schedule = ScheduleKind::kCosine;
  options.warmup = 1;
  options.network.ema = 0.999;
  // Labels stay hard: smoothing by 0.05 left the accuracy where it was, on MNIST and on other
  // hands, and raised the expected calibration error from 0.2 % to 4.6 %.
  options.network.label_smoothing = 0;
  options.augment = AugmentOptions();
  options.clean_epochs = 1;
  return options;
}

TrainOptions handwriting() {
  TrainOptions options = averaged();
  options.epochs = 28;
  options.schedule = ScheduleKind::kLinear;
  options.calm = 0.2;
  return options;
}

/// Good within seconds: MNIST's own hands, changed a little.
TrainOptions quick() {
  TrainOptions options = averaged();
  options.epochs = 14;
  options.network.weights = Weights::kMap;
  options.learning_rate = 3e-3;
  options.test_every = 0;
  AugmentOptions& augment = options.augment;
  augment.rotate = 8;
  augment.scale = 0.1F;
  augment.aspect = 0.15F;
  augment.shear = 0.1F;
  augment.shift = 1.5F;
  augment.elastic = 1;
  augment.styles = augment.remains = augment.nondigits = 0;
  return options;
}

/// For minutes: along a cosine, which a line with a calm end is no better than over so many epochs.
TrainOptions best() {
  TrainOptions options = averaged();
  options.epochs = 180;
  return options;
}

/// Small shifts and sizes only.
TrainOptions objects() {
  TrainOptions options = averaged();
  options.augment = kNoAugment;
  options.augment.scale = options.augment.aspect = 0.05F;
  options.augment.shift = 1;
  return options;
}

/// The tutorial's: Adam, a constant rate, images as they are.
TrainOptions plain() {
  TrainOptions options;
  options.epochs = 20;
  options.batch_size = 64;
  options.network.optimizer = {.kind = model::OptimizerKind::kAdam};
  options.learning_rate = 1e-3;
  options.schedule = ScheduleKind::kConstant;
  return options;
}

/// A trained net goes on with a few pictures of another hand among the old ones: from a small rate,
/// for a few epochs, with the changes that it was trained with.
TrainOptions finetune(TrainOptions options) {
  options.epochs = 3;
  options.learning_rate = 3e-4;
  options.warmup = 0;
  return options;
}

/// What is called finetune for other pictures than digits.
const Recipe& finetune_objects() {
  static const Recipe recipe{"finetune", finetune(objects()), {}};
  return recipe;
}

}  // namespace

std::span<const Recipe> recipes() {
  static const std::array all{Recipe{"quick", quick(), {"MNIST", 0.9901}},
                              Recipe{"handwriting", handwriting(), {"MNIST", 0.9926}},
                              Recipe{"best", best(), {"MNIST", 0.9940}},
                              Recipe{"objects", objects(), {"Fashion-MNIST", 0.902}},
                              Recipe{"plain", plain(), {"MNIST", 0.9788}},
                              Recipe{"finetune", finetune(averaged()), {}}};
  return all;
}

const Recipe& find_recipe(std::string_view name, bool digits) {
  if (name == "default") name = digits ? "handwriting" : "objects";
  if (name == "finetune" && !digits) return finetune_objects();
  const auto found = std::ranges::find(recipes(), name, &Recipe::name);
  if (found != recipes().end()) return *found;
  std::string names = "default";
  for (const Recipe& each : recipes()) names += ", " + std::string(each.name);
  throw Error(ErrorCode::kInvalidArgument,
              "`recipe` " + std::string(name) + " is not known; choose one of " + names);
}

}  // namespace mlpctl::train
