#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds `save` to the program.
void add_save(CLI::App& app);

}  // namespace mlpctl::app
