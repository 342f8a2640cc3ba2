#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace mlpctl::app {

/// Gives every option of every command its variable in the environment: MLPCTL_ and the long name
/// in capitals, with _ for -.
void name_environment_variables(CLI::App& app);

/// The file that --config names, for the program or, as its command sees it, for a command; empty:
/// none.
std::string config_file(const CLI::App& app);

/// Adds --config FILE: TOML whose keys are option names, at the top for the command that runs or
/// below [command], which comes first. What sections of other commands set is checked and not used;
/// an unknown key, a value of a wrong type and broken TOML are errors that name line and column.
/// The command line comes before the environment, and that before the file.
void add_config_file(CLI::App& app);

/// The words of the command line behind the program's name, and before them --config as
/// MLPCTL_CONFIG says, where they have none: CLI11 asks the environment too late for a file.
std::vector<std::string> with_config_of_environment(std::vector<std::string> words);

/// Where in the file of --config the value stands that the message refuses, "FILE, line 3, column
/// 10"; empty when it is from elsewhere.
std::string config_place(const CLI::App& app, const std::string& message);

}  // namespace mlpctl::app
