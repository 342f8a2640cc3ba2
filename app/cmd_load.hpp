#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `load` to the program.
void add_load(CLI::App& app);

}  // namespace mlpctl::app
