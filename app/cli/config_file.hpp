#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Adds --config FILE: TOML whose keys are option names, at the top for the command that runs or
/// below [command]. Sections of other commands are skipped; an unknown key is an error.
void add_config_file(CLI::App& app);

}  // namespace mlpctl::app
