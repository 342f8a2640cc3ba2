#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "data/dataset.hpp"
#include "train/event_file.hpp"
#include "train/train_log.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// What a model answers to a set, for the matrix of confusions.
struct Answered {
  const std::optional<model::Parameters>& parameters;
  const data::Dataset& set;
};

/// Writes a run for TensorBoard into a folder, an epoch a step. Errors of the disk are thrown as
/// Error; what could not be written comes before the next.
class TensorBoard {
 public:
  /// An empty folder: nothing is written. What is shown of the pictures is of `examples`.
  TensorBoard(std::string folder, const train::Examples& examples)
      : folder_(std::move(folder)), examples_(examples) {}

  /// Makes a file in the folder, beside those that are there.
  void begin();
  /// Of what the folder shows already, a run that goes on replaces the epochs after its start, and
  /// a fresh one all.
  void write(const RunStart& start);
  void write(const train::EpochReport& report);
  void write(const RunEnd& end, const Answered& answered);

 private:
  std::string folder_;
  train::Examples examples_;
  train::TrainOptions options_;
  std::optional<EventFile> file_;
};

}  // namespace mlpctl::app
