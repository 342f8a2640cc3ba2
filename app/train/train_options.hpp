#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "train/options.hpp"

namespace mlpctl::app {

/// The settings of `train` as the user gave them; what is missing comes from the recipe.
struct TrainSettings {
  std::string recipe = "default";
  std::optional<std::int64_t> epochs, batch_size, clean_epochs;
  std::optional<std::string> optimizer, schedule;
  std::optional<double> learning_rate, momentum, weight_decay, warmup, ema, label_smoothing;
  std::optional<float> rotate, scale, aspect, shear, shift, elastic, elastic_sigma, stroke,
      upstroke, bar, tail, clean_fraction;
  bool no_augment = false;
  std::string keep = "last";
  std::int64_t patience = 0;
  std::uint64_t seed = 0;
  bool no_shuffle = false;
  std::int64_t max_steps = 0;
  std::string threads = "auto";
  std::string precision = "float32";
  bool no_fold = false;
};

/// Adds the options to the command. settings must outlive it.
void add_train_settings(CLI::App& command, TrainSettings& settings);

/// The recipe with the user's settings over it, but for the device. `digits` tells a set of digits
/// from one with other classes.
train::TrainOptions resolve(const TrainSettings& settings, bool digits);

}  // namespace mlpctl::app
