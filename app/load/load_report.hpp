#pragma once

#include "cli/exit_code.hpp"
#include "mlpctl/state/reader.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {

/// Loads the file's state into a fresh skeleton and prints each tensor, or one table of all that
/// does not fit, as text or as one JSON object.
ExitCode print_report(const state::StateFile& file, const model::LoadOptions& options, bool json);

}  // namespace mlpctl::app
