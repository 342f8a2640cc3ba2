#pragma once

#include <span>
#include <string_view>

#include "train/options.hpp"

namespace mlpctl::train {

/// What a recipe reached as it is, with its own number of epochs unless recipes.md says otherwise.
struct Reached {
  std::string_view set;
  double accuracy = 0;
};

/// Settings of a training run that were found together; what the user sets comes before them.
struct Recipe {
  std::string_view name;
  TrainOptions options;
  /// On the test set, the mean of what recipes.md says.
  Reached reached;
};

/// In the order in which the help names them.
std::span<const Recipe> recipes();

/// The recipe of this name; "default" is "handwriting" for digits and "objects" for pictures of
/// other classes. Throws Error with the names there are.
const Recipe& find_recipe(std::string_view name, bool digits);

}  // namespace mlpctl::train
