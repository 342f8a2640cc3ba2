#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/inference.hpp"
#include "cli/run_files.hpp"
#include "model/model_file.hpp"
#include "predict/result.hpp"
#include "report/report_files.hpp"

namespace mlpctl::app {

/// What the command line of predict says.
struct PredictCommand {
  std::string model, range, preprocess = "auto", save_input, annotate;
  std::vector<std::string> paths, lists;
  Style style;
  model::LoadOptions load;
  InferenceOptions inference;
  ReportFiles report;
  bool null = false, split = false, json = false, show = false;
};

/// Adds its options.
void add_predict_options(CLI::App& command, PredictCommand& options);

/// Throws UsageError for options without effect or at odds and for a file that is two things.
/// `files` has the model and the file of options; what else is read and written is added. Nothing
/// is written.
void check_command(const PredictCommand& command, RunFiles& files);

}  // namespace mlpctl::app
