#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

/// Gives every option of every command its variable in the environment: MLPCTL_ and the long name
/// in capitals, with _ for -.
void name_environment_variables(CLI::App& app);

/// Adds --config FILE: TOML whose keys are option names, at the top for the command that runs or
/// below [command]. Sections of other commands are skipped; an unknown key is an error. The command
/// line comes before the environment, and that before the file.
void add_config_file(CLI::App& app);

}  // namespace mlpctl::app
