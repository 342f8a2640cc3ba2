#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "report/report_files.hpp"
#include "train/train_checkpoint.hpp"
#include "train/train_log.hpp"

namespace mlpctl::app {

/// What a run was and came to.
struct TrainRun {
  const RunStart& start;
  const RunEnd& end;
  const RunData& data;
  /// Those that it did itself: a resumed run's begin where it went on.
  const std::vector<train::EpochReport>& epochs;
  const train::TrainResult& result;
  const model::ModelInfo& info;
  /// What the model answers on the page; may be empty.
  const data::Dataset& shown;
};

/// What travels with the model, as JSON: recipe and what was changed of it, seed, epochs, what it
/// learnt from, accuracy, version. Nothing of the place or the time, so that the same run gives the
/// same bytes.
std::string training_record(const RunStart& start, const RunData& data,
                            const train::TrainResult& result);

/// The page or the summary of a run that kept weights.
std::string train_report(ReportForm form, const TrainRun& run);

}  // namespace mlpctl::app
