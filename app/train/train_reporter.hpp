#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/parameters.hpp"
#include "train/tensorboard.hpp"
#include "train/train_log.hpp"
#include "train/train_progress.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// Warns of what an accuracy that low may come from, where it is that low.
void warn_of_low_accuracy(const std::string& subject, double accuracy,
                          const model::Parameters& parameters, const train::Examples& examples);

/// Tells the terminal and the log what happens, and keeps states. Where a file beside the model
/// cannot be written, that is told once and the training goes on.
class TrainReporter : public train::TrainEvents {
 public:
  /// Keeps a state after an epoch.
  using Keep = std::function<void(train::RunState)>;

  /// Log and board must outlive it; with `log_steps` every step goes to the log.
  TrainReporter(TrainLog& log, bool log_steps, TensorBoard& board, const train::Examples& test,
                Keep keep)
      : log_(log), log_steps_(log_steps), board_(board), test_(test), keep_(std::move(keep)) {}

  void on_start(const RunStart& start);
  void on_step(const train::StepReport& report) override;
  void on_epoch(const train::EpochReport& report, const model::Parameters& weights) override;
  void on_state(const std::function<train::RunState()>& make) override;
  void on_end(const RunEnd& end, const Answered& answered);

  /// Those of this run, in order.
  const std::vector<train::EpochReport>& epochs() const { return epochs_; }
  /// What went wrong last with checkpoint, log and board; empty: nothing ever did.
  std::string failures() const;

 private:
  void attempt(std::string& failure, const std::function<void()>& write);

  TrainLog& log_;
  bool log_steps_;
  TensorBoard& board_;
  train::Examples test_;
  Keep keep_;
  std::int64_t steps_ = 0;
  std::vector<train::EpochReport> epochs_;
  /// Of the first epoch that ends after enough steps.
  bool is_looked_at_ = false;
  std::string log_failure_, keep_failure_, board_failure_;
  TrainProgress progress_;
};

}  // namespace mlpctl::app
