#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "model/model_file.hpp"
#include "report/report_files.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {

/// What the command line of train says.
struct TrainCommand {
  std::string data, test_data, mix, out, from, log, checkpoint, resume, tensorboard;
  /// A number of pictures, or below 1 a share of them.
  double val_split = 0;
  bool log_steps = false, json = false, force = false;
  ReportFiles report;
  model::LoadOptions load;
  TrainSettings settings;
};

/// Adds the options that name files, and what is done with them.
void add_train_files(CLI::App& command, TrainCommand& options);

/// Throws UsageError for options without effect or at odds, for a file that is two things and for
/// an output of the wrong name, and Error for one that may not be replaced. `config` is the file of
/// options. Nothing is written.
void check_command(const TrainCommand& command, const std::string& config);

}  // namespace mlpctl::app
