#pragma once

#include "exit_code.hpp"
#include "net/model_file.hpp"
#include "state/reader.hpp"

namespace mlpctl::app {

/// Loads the file's state into a fresh skeleton and prints each tensor, or one table of all that
/// does not fit, as text or as one JSON object.
ExitCode print_report(const state::StateFile& file, const net::LoadOptions& options, bool json);

}  // namespace mlpctl::app
