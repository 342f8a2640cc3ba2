#pragma once

#include <string>

#include "model/parameters.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// Writes the run as it stands after an epoch, so that read_checkpoint can go on with it.
void write_checkpoint(const std::string& path, const train::RunState& run,
                      const train::TrainOptions& options, const model::ModelInfo& info);

/// Reads a checkpoint of ours or of Python's. Throws Error when it cannot be gone on from, and
/// UsageError naming a setting that differs from the run's and would change its course.
train::RunState read_checkpoint(const std::string& path, const train::TrainOptions& options);

}  // namespace mlpctl::app
