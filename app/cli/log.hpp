#pragma once

#include <CLI/App.hpp>

namespace mlpctl::app {

struct LogOptions {
  bool quiet = false;
  bool verbose = false;
};

/// Adds -q/--quiet and -v/--verbose.
void add_log_options(CLI::App& app, LogOptions& options);
/// Sends spdlog to stderr: warnings only with --quiet, debug messages too with --verbose; colour
/// only on a terminal.
void start_log(const LogOptions& options);

}  // namespace mlpctl::app
