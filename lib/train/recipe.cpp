#include "train/recipe.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mlpctl/error.hpp"

namespace mlpctl::train {
namespace {

// Labels stay hard: smoothing by 0.05 left the accuracy where it was, on MNIST and on other hands,
// and raised the expected calibration error from 0.2 % to 4.6 %.
constexpr Recipe kHandwriting{
    .name = "handwriting",
    .summary = "digits: AdamW, cosine, averaged weights, images changed as other hands write",
    .epochs = 30,
    .batch_size = 128,
    .optimizer = "adamw",
    .schedule = "cosine",
    .learning_rate = 2e-3,
    .weight_decay = 0.05,
    .warmup = 1,
    .ema = 0.999,
    .label_smoothing = 0,
    .augment = {},
    .clean_epochs = 1};

constexpr Recipe kPlain{.name = "plain",
                        .summary = "the tutorial's: Adam, constant rate, images as they are",
                        .epochs = 20,
                        .batch_size = 64,
                        .optimizer = "adam",
                        .schedule = "constant",
                        .learning_rate = 1e-3,
                        .weight_decay = 0,
                        .warmup = 0,
                        .ema = 0,
                        .label_smoothing = 0,
                        .augment = kNoAugment,
                        .clean_epochs = 0};

constexpr Recipe objects() {
  Recipe recipe = kHandwriting;
  recipe.name = "objects";
  recipe.summary = "other pictures: as handwriting, with small shifts and sizes only";
  recipe.augment = kNoAugment;
  recipe.augment.scale = recipe.augment.aspect = 0.05F;
  recipe.augment.shift = 1;
  return recipe;
}

constexpr std::array kRecipes{kHandwriting, objects(), kPlain};

}  // namespace

std::span<const Recipe> recipes() {
  return kRecipes;
}

const Recipe& find_recipe(std::string_view name, bool digits) {
  if (name == "default") name = digits ? "handwriting" : "objects";
  const auto* found = std::ranges::find(kRecipes, name, &Recipe::name);
  if (found != kRecipes.end()) return *found;
  std::string names = "default";
  for (const Recipe& each : kRecipes) names += ", " + std::string(each.name);
  throw Error(ErrorCode::kInvalidArgument,
              "`recipe` " + std::string(name) + " is not known; choose one of " + names);
}

}  // namespace mlpctl::train
