#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "train/options.hpp"

namespace mlpctl::app {

/// The settings of `train` as the user gave them; what is missing comes from the recipe.
struct TrainSettings {
  std::string recipe = "default", threads = "auto", device = "auto";
  /// For a setting that --no-NAME turns off: whether it does.
  std::map<std::string, bool, std::less<>> turned_off;
  /// Processes on this machine that train together.
  int local_ranks = 1;
  /// Keeps the other values, each under its option.
  const CLI::App* command = nullptr;
};

/// Adds an option for every row of the tables of train/options.hpp. settings must outlive the
/// command.
void add_train_settings(CLI::App& command, TrainSettings& settings);

/// The recipe with the user's settings over it, but for the device. `digits` tells a set of digits
/// from one with other classes.
train::TrainOptions resolve(const TrainSettings& settings, bool digits);

/// Whether the user gave the setting, rather than the recipe.
bool given(const TrainSettings& settings, std::string_view name);

/// All settings of a run under the names of the options, as the log and checkpoints have them.
nlohmann::ordered_json settings_json(const train::TrainOptions& options);

/// The same to be shown, a name and a text for each.
std::vector<std::pair<std::string, std::string>> settings_text(const train::TrainOptions& options);

/// Those of settings_text() that differ from the recipe's, without device and threads.
std::vector<std::pair<std::string, std::string>> changed_settings(
    const train::TrainOptions& options, const train::TrainOptions& recipe);

}  // namespace mlpctl::app
