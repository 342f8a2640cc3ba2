#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "train/event_log.hpp"
#include "train/recipe.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// What a run begins with.
struct RunStart {
  std::string data;
  std::int64_t train_images = 0, validation_images = 0, test_images = 0;
  /// Files; the last two may be empty.
  std::string out, from, resume;
  /// Before this run.
  std::int64_t epochs_done = 0;
  std::string recipe;
  /// What "default" and other names of recipes meant here.
  train::Recipe chosen;
  train::TrainOptions options;
  std::string libtorch;
  /// Processes that train together, and what started them.
  int ranks = 1;
  std::string launcher = {};
  /// Pictures that could not be prepared or have no label, a sentence each.
  std::vector<std::string> left_out = {};
};

/// What a run came to.
struct RunEnd {
  train::TrainEnd reason = train::TrainEnd::kFinished;
  std::int64_t epochs = 0, steps = 0;
  /// The epoch that the written weights are from; 0: from within an epoch.
  std::int64_t kept_epoch = 0;
  /// The state file; empty: nothing was written.
  std::string out;
  /// The report on the written weights, where there is one.
  std::optional<train::EpochReport> kept;
  /// As RunStart has it.
  std::vector<std::string> left_out = {};
};

/// "finished", "patience", "max-steps", "interrupted" or "not finite".
std::string_view to_string(train::TrainEnd end);

/// The JSON object of an epoch, for the log and for the page of the run.
nlohmann::ordered_json epoch_json(const train::EpochReport& report);

/// The JSON object of a run's end, for the log and for --json.
std::string to_json(const RunEnd& end);

/// One JSON object a line, written as the run goes. Errors of the disk are thrown as Error; what
/// could not be written comes before the next line.
class TrainLog {
 public:
  /// An empty path: no log.
  TrainLog(const std::string& path, EventLog::Mode mode, bool force);

  /// Makes the file, or empties an old one, and holds it until the end.
  void begin();
  void write(const RunStart& start);
  void write(const train::StepReport& report);
  void write(const train::EpochReport& report);
  void write(const RunEnd& end);

 private:
  void write_line(const nlohmann::ordered_json& line);

  std::optional<EventLog> file_;
};

}  // namespace mlpctl::app
