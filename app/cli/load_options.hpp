#pragma once

#include <CLI/App.hpp>

#include "model/model_file.hpp"

namespace mlpctl::app {

/// Adds --key and --allow-nonfinite, which every command has that reads a model.
void add_load_options(CLI::App& command, model::LoadOptions& options);

}  // namespace mlpctl::app
