#pragma once

#include "cli/exit_code.hpp"
#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {

/// Prints all that is in a state file of any model: the tree of names with tensors, numbers and
/// texts, and the classes that were not built; or one JSON object of it.
ExitCode print_list(const state::StateFile& file, bool json);

}  // namespace mlpctl::app
