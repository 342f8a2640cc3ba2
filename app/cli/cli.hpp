#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"

namespace mlpctl::app {

/// Runs `run` once the whole command line is parsed and this command was chosen.
void on_run(CLI::App& command, std::function<ExitCode()> run);
/// Runs what on_run chose; kDone when no command was chosen.
ExitCode run_chosen_command();

/// Gives every option of every command its MLPCTL_* variable.
void name_environment_variables(CLI::App& app);
/// MLPCTL_ and the option's long name in capitals, - as _.
std::string environment_name(const std::string& long_name);

/// Prints help, the version, or one sentence with a suggestion for what was mistyped.
ExitCode report_parse_error(const CLI::App& app, const CLI::ParseError& error);
/// The sentence of a library for the user of the program: a setting that it calls `val_split` is
/// the option --val-split, where the program or the command that runs has one of this name.
std::string with_flags(const CLI::App& app, std::string_view sentence);

/// The long names, without --, of the options of this level.
std::vector<std::string> long_names(const CLI::App& level);
/// The candidate nearest to the word, or empty when none is near (a third of its letters).
std::string closest_match(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace mlpctl::app
