#pragma once

#include <CLI/App.hpp>

#include "net/model_file.hpp"

namespace mlpctl::app {

/// Adds --key and --allow-nonfinite, which every command has that reads a model.
void add_load_options(CLI::App& command, net::LoadOptions& options);

}  // namespace mlpctl::app
