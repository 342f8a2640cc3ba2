#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
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
  /// Seconds in which all ranks have to come.
  std::int64_t rendezvous_timeout = 60;
  bool log_steps = false, json = false, force = false;
  /// Whether --resume left it to choose_resume() what to go on with.
  bool resume_is_auto = false;
  ReportFiles report;
  model::LoadOptions load;
  TrainSettings settings;
};

/// Adds the options that name files, and what is done with them.
void add_train_files(CLI::App& command, TrainCommand& options);

/// Throws UsageError for options without effect or at odds, for a file that is two things and for
/// an output of the wrong name, and Error for one that may not be replaced, unless another process
/// `writes`. `config` is the file of options. Nothing is written.
void check_command(const TrainCommand& command, const std::string& config, bool writes);

/// Makes of --resume auto the checkpoint, which a run that has one goes on with, or nothing. Throws
/// UsageError without --checkpoint.
void choose_resume(TrainCommand& command);

}  // namespace mlpctl::app
