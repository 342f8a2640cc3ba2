#include "train/device_fit.hpp"

#include <spdlog/spdlog.h>

#include "cli/torch_engine.hpp"
#include "cli/usage_error.hpp"

namespace mlpctl::app {
namespace {

// LibTorch's bf16 on the CPU takes ten to twenty times as long as the folded network in float32
// (40 ms against 2.2 for 64 pictures on an AMD EPYC 9004).
void choose_precision(train::NetworkOptions& network) {
  const bool slower = network.device == "cpu" && network.fold;
  if (!slower || network.precision == train::Precision::kFloat32) return;
  spdlog::warn(
      "--precision bf16: the CPU is faster in float32, so that is used; --no-fold keeps bf16");
  network.precision = train::Precision::kFloat32;
}

/// Ranks, LibTorch's layers and other devices know no map: there the recipe's gives way.
void choose_weights(const TrainSettings& settings, bool alone, train::NetworkOptions& network) {
  const bool has_map = alone && network.device == "cpu" && network.fold;
  if (has_map || network.weights == train::Weights::kLayers) return;
  if (given(settings, "weights")) {
    throw UsageError("--weights map is for one process that folds the layers on the CPU");
  }
  network.weights = train::Weights::kLayers;
}

// LibTorch's own; the folded network's come from our pool, which does with fewer by itself.
void choose_threads(train::NetworkOptions& network) {
  const bool folded = network.device == "cpu" && network.fold;
  if (!folded) network.threads = torch_threads(network.threads);
}

}  // namespace

void fit_to_device(const TrainSettings& settings, bool alone, train::NetworkOptions& network) {
  choose_weights(settings, alone, network);
  choose_precision(network);
  choose_threads(network);
}

}  // namespace mlpctl::app
