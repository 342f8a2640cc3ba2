#pragma once

namespace mlpctl::app {

/// What the program's exit status says to a script.
enum class ExitCode {
  kDone = 0,
  /// Missing or corrupt file, a state that does not fit, a full disk, no such device.
  kFailed = 1,
  /// Unknown or contradictory options, values out of range.
  kUsage = 2,
  /// A threshold that the user set (--min-accuracy, --min-confidence, --allow) was not met.
  kBelowThreshold = 3,
  kInterrupted = 130,
  kTerminated = 143,
};

}  // namespace mlpctl::app
