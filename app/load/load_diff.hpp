#pragma once

#include "cli/exit_code.hpp"
#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {

/// Prints what differs between two state files and by how much; kFailed when anything does. Files
/// that name their entries differently but both fit the network are compared under its names.
ExitCode print_diff(const state::StateFile& first, const state::StateFile& second, bool json);

}  // namespace mlpctl::app
