#pragma once

#include <chrono>

#include "cli/terminal.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// A line that is written over while an epoch goes, on a terminal, and one that stays after each.
class TrainProgress {
 public:
  void show(const train::StepReport& report);
  void show(const train::EpochReport& report);
  /// Takes the moving line away.
  void clear() { line_.clear(); }

 private:
  StatusLine line_;
  std::chrono::steady_clock::time_point next_{};
};

/// "1:02:03", "2:03" or "3 s".
std::string duration_text(double seconds);

}  // namespace mlpctl::app
