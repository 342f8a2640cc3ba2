#pragma once

#include <cstdint>
#include <string>

#include "model/parameters.hpp"
#include "train/train_options.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// What a run learns from; another set makes it another run.
struct RunData {
  std::int64_t val_split = 0, train_count = 0;
  /// SHA-256 of the counts, all labels, the class names and a sample of the pictures.
  std::string hash;
};
RunData run_data(const train::TrainData& data, const model::ModelInfo& info);

/// Writes the run as it stands after a step, so that read_checkpoint can go on with it. An existing
/// file that is no state file is replaced only with `force`.
void write_checkpoint(const std::string& path, train::RunState run,
                      const train::TrainOptions& options, const RunData& data,
                      const model::ModelInfo& info, bool force);

/// Reads a checkpoint of ours or of Python's. The optimizer's settings that the file says go into
/// `options`, and so does the place of the rate's course. Throws Error when it cannot be gone on
/// from, and UsageError naming a setting that differs from the run's and would change its course.
train::RunState read_checkpoint(const std::string& path, const TrainSettings& settings,
                                const RunData& data, train::TrainOptions& options);

}  // namespace mlpctl::app
