#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Each adds its command to the program; run_chosen_command() runs the one that was given.
void add_train(CLI::App& app);
void add_save(CLI::App& app);
void add_load(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
/// Adds `completion bash|zsh|fish`, which prints a script that completes commands and options.
void add_completion(CLI::App& app);

}  // namespace mlpctl::app
