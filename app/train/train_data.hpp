#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "net/sparse_pictures.hpp"
#include "train/train_command.hpp"
#include "train/trainer.hpp"

namespace mlpctl::app {

/// The data of a run; the spans in parts() look into the sets.
struct LoadedData {
  /// What --data named or stood for, and --mix.
  std::string path;
  data::Dataset train, validation, test;
  /// The training pictures where they take less memory so; those of `train` are dropped then.
  std::unique_ptr<const net::SparsePictures> sparse_train;
  /// Pictures that could not be prepared or have no label, a sentence each.
  std::vector<std::string> left_out;

  train::TrainData parts() const;
  void check_unchanged() const;
};

/// Loads and prepares what the command names: the training set, --mix with it, the validation part
/// of what is not mixed in, and for testing --test-data, else the set's own test part, else that of
/// --mix. Throws Error.
LoadedData load_data(const TrainCommand& command);

}  // namespace mlpctl::app
