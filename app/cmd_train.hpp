#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `train` to the program.
void add_train(CLI::App& app);

}  // namespace mlpctl::app
