#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "train/trainer.hpp"

namespace mlpctl::app {

/// One JSON object a line, written as the run goes.
class TrainLog {
 public:
  /// An empty path: no log. Appends to the file when `append`, else begins it anew. Throws Error
  /// when it cannot be written.
  TrainLog(const std::string& path, bool append);

  void write(const nlohmann::ordered_json& line);
  bool active() const { return file_.is_open(); }

 private:
  std::string path_;
  std::ofstream file_;
};

/// All settings of a run under the names of the options.
nlohmann::ordered_json settings_json(const train::TrainOptions& options);

/// The log's line after an epoch.
nlohmann::ordered_json epoch_json(const train::EpochReport& report);

/// "finished", "patience", "max-steps", "interrupted" or "not finite".
std::string to_string(train::TrainEnd end);

}  // namespace mlpctl::app
