#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `predict` to the program.
void add_predict(CLI::App& app);

}  // namespace mlpctl::app
