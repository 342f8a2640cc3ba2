#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "cli/exit_code.hpp"

namespace mlpctl::app {

/// Runs `run` once the whole command line is parsed and this command was chosen.
void on_run(CLI::App& command, std::function<ExitCode()> run);
/// Runs what on_run chose; kDone when no command was chosen.
ExitCode run_chosen_command();

/// Prints help, the version, or one sentence with a suggestion for what was mistyped.
ExitCode report_parse_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace mlpctl::app
