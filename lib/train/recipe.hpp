#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "train/augment/augment.hpp"

namespace mlpctl::train {

/// Settings of a training run that were found together; what the user sets comes before them.
struct Recipe {
  std::string_view name;
  /// One line for the help.
  std::string_view summary;
  std::int64_t epochs;
  std::int64_t batch_size;
  /// Names as the options --optimizer and --schedule take them.
  std::string_view optimizer;
  std::string_view schedule;
  double learning_rate;
  double weight_decay;
  /// Epochs of linear warm-up.
  double warmup;
  /// Decay of the averaged weights a step; 0: the weights themselves are kept.
  double ema;
  double label_smoothing;
  AugmentOptions augment;
  /// Epochs at the end that see the images as they are.
  std::int64_t clean_epochs;
};

/// "handwriting", "objects" and "plain".
std::span<const Recipe> recipes();

/// The recipe of this name; "default" is "handwriting" for digits and "objects" for pictures of
/// other classes. Throws Error with the names there are.
const Recipe& find_recipe(std::string_view name, bool digits);

}  // namespace mlpctl::train
