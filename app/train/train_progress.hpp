#pragma once

#include <chrono>

#include "cli/terminal.hpp"
#include "train/train_log.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// What a run tells on stderr: its settings, a line that is written over while an epoch goes, on a
/// terminal, and one that stays after each.
class TrainProgress {
 public:
  void show(const RunStart& start);
  void show(const train::StepReport& report);
  void show(const train::EpochReport& report);
  /// Takes the line that is written over away, for another.
  void make_room() { line_.clear(); }

 private:
  StatusLine line_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace mlpctl::app
