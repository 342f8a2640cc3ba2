#pragma once

#include "train/options.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {

/// Puts what the device and the number of processes cannot do, or do slower, into what they do
/// best: weights, precision and threads. `alone`: one process trains. Says what was asked for and
/// is not done. Throws UsageError for what was asked for and cannot be.
void fit_to_device(const TrainSettings& settings, bool alone, train::NetworkOptions& network);

}  // namespace mlpctl::app
