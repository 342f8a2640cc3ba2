#pragma once

#include "cli/exit_code.hpp"

namespace mlpctl::app {

/// Parses the command line, runs the command, prints errors. Throws nothing.
ExitCode run_program(int argc, char** argv) noexcept;

}  // namespace mlpctl::app
