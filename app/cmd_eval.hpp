#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `eval` to the program.
void add_eval(CLI::App& app);

}  // namespace mlpctl::app
