#pragma once

#include <CLI/App.hpp>
#include <string>

namespace mlpctl::app {

/// Adds --threads N|auto to the command.
void add_threads_option(CLI::App& command, std::string& threads);

/// The number that the option's text means: auto is OMP_NUM_THREADS where that is set, else the
/// processors that affinity and cgroup leave to this process. Throws UsageError for anything that
/// is no number from 1 to 1024.
int thread_count(const std::string& threads);

}  // namespace mlpctl::app
