#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `completion bash|zsh|fish`, which prints a script that completes commands and options.
void add_completion(CLI::App& app);

}  // namespace mlpctl::app
