#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mlpctl/state/reader.hpp"
#include "model/optimizer_state.hpp"
#include "model/parameters.hpp"

namespace mlpctl::model {

/// A training run between two epochs.
struct Checkpoint {
  Model model;
  OptimizerState optimizer;
  /// Epochs that are finished.
  std::int64_t epoch = 0;
  /// The averaged weights, and those of the best epoch, where the run keeps them.
  std::optional<Parameters> average = {}, best = {};
  /// The JSON object that the training loop wants back; empty in checkpoints that Python wrote.
  std::string run = {};
  /// The key under which Python put a learning rate scheduler, of which nothing is read; empty
  /// where there is none.
  std::string scheduler = {};
};

/// Writes what Python's torch.load(weights_only=True) reads as {"model_state_dict",
/// "optimizer_state_dict", "epoch", "mlpctl"}: torch.optim.Adam(...).load_state_dict takes the
/// second. Further weights are lists of the eight tensors, "mlpctl_average" and "mlpctl_best", so
/// that there is one state_dict only. All values survive bit for bit. An existing file that is no
/// state file is replaced only with `force`. Throws Error; then the old file is untouched.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, bool force = false);

/// Reads what save_checkpoint wrote, or a checkpoint of Python's with the weights as load_model
/// finds them, an optimizer's state under one of the usual names, and "epoch" (0 when absent).
/// Throws Error when there is no optimizer's state or one that cannot be gone on from: amsgrad,
/// maximize, several parameter groups, steps that differ.
Checkpoint load_checkpoint(const std::string& path);

/// The same from a file that is already open.
Checkpoint checkpoint_in(const state::StateFile& file);

}  // namespace mlpctl::model
