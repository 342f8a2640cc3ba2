#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "mlpctl/state/scan.hpp"

namespace mlpctl::app {

struct ScanOptions {
  /// Files, folders with all below them, and - for standard input.
  std::vector<std::string> paths;
  /// The worst verdict that is no failure: "needs-code".
  std::string allow = "needs-code";
  bool json = false;
};

/// Prints a verdict on each file. kBelowThreshold when one is worse than allowed, else kFailed when
/// one could not be read.
ExitCode scan_paths(const ScanOptions& options);

}  // namespace mlpctl::app
