#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "distributed/group.hpp"
#include "train/network.hpp"
#include "train/options.hpp"

namespace mlpctl::train {

struct Score {
  /// Mean cross-entropy in nats.
  double loss;
  double accuracy;
};

/// How well the parameters answer the examples.
Score score(const model::Parameters& parameters, const Examples& examples, int threads);

struct TrainData {
  Examples train, validation, test;
};

struct StepReport {
  std::int64_t epoch, epochs;
  std::int64_t step, steps;  // within the epoch; step counts from 1
  std::int64_t total_step;   // within the run
  double learning_rate;
  /// Missing where reading it would stop the device.
  std::optional<float> loss;
  double images_per_second;
  double seconds_left;
};

struct EpochReport {
  std::int64_t epoch, epochs;  // counts from 1
  double train_loss;
  std::optional<Score> validation, test;
  double learning_rate;
  double seconds;  // the training pass alone
  double images_per_second;
};

/// What a run needs to go on after a step as if it had never stopped.
struct RunState {
  NetworkState network;
  std::int64_t epochs_done = 0;
  /// Steps done of the epoch after these.
  std::int64_t epoch_step = 0;
  /// With Keep::kBest or patience.
  std::optional<model::Parameters> best;
  double best_accuracy = -1;
  std::int64_t best_epoch = 0;
};

/// What a run tells while it goes; called on the training thread.
class TrainEvents {
 public:
  virtual ~TrainEvents() = default;
  virtual void on_step(const StepReport&) {}
  /// With the weights that were measured.
  virtual void on_epoch(const EpochReport&, const model::Parameters& weights) { (void)weights; }
  /// After every epoch, every options.checkpoint_every steps, and where a run ends. make() copies
  /// the whole state; call it only to keep it.
  virtual void on_state(const std::function<RunState()>& make) { (void)make; }
};

enum class TrainEnd { kFinished, kPatience, kMaxSteps, kStopped, kNotFinite };

struct TrainResult {
  TrainEnd end = TrainEnd::kFinished;
  /// With kStopped the value of `stop`, this process's or another rank's.
  int stopped_by = 0;
  /// The weights to keep. With kNotFinite those of the last good epoch, if there was one.
  std::optional<model::Parameters> parameters;
  std::int64_t epochs_done = 0, steps_done = 0;
  /// The epoch that the kept weights are from; 0: from within an epoch.
  std::int64_t kept_epoch = 0;
  /// The report on the very weights in `parameters`; missing where they are from within an epoch.
  std::optional<EpochReport> kept;
};

/// Trains until the epochs are over, patience or steps run out, `stop` is not 0 (looked at after
/// every step), or the loss is not finite. A run whose `start` is already there ends at once.
/// Throws Error when `start` is at no place of an epoch of these data. With a `group` its ranks
/// train together the network that they share: all call this alike, and rank 0 alone measures, has
/// events, and parameters to keep.
TrainResult train(Network& network, const TrainOptions& options, const TrainData& data,
                  RunState start, TrainEvents& events, const std::atomic<int>& stop,
                  distributed::Group* group = nullptr);

/// The state that a fresh run starts from.
RunState fresh_run(model::Parameters parameters);

}  // namespace mlpctl::train
