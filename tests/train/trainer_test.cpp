#include "train/trainer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "train/folded_network.hpp"
#include "train/synthetic.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;

struct Recorder : TrainEvents {
  std::vector<EpochReport> epochs;
  std::vector<RunState> states;
  std::int64_t steps = 0;
  std::int64_t stop_at = -1;
  std::atomic<int> stop{0};

  void on_step(const StepReport& report) override {
    ++steps;
    if (report.total_step == stop_at) stop = 2;
  }
  void on_epoch(const EpochReport& report) override { epochs.push_back(report); }
  void on_state(const std::function<RunState()>& make) override { states.push_back(make()); }
};

TrainOptions small_run() {
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 32;
  options.seed = 5;
  options.network.ema = 0.9;
  options.schedule = ScheduleKind::kCosine;
  return options;
}

const Synthetic& pictures() {
  static const Synthetic set(500);
  return set;
}

const Synthetic& others() {
  static const Synthetic set(200, 2);
  return set;
}

TrainResult run(const TrainOptions& options, Recorder& recorder, RunState start) {
  const auto network = make_folded_network(options.network);
  const TrainData data{pictures().examples(), others().examples(), {}};
  return train::train(*network, options, data, std::move(start), recorder, recorder.stop);
}

TrainResult run(const TrainOptions& options, Recorder& recorder) {
  return run(options, recorder, fresh_run(model::initial_parameters(options.seed)));
}

}  // namespace

TEST_CASE("a run learns and reports each epoch") {
  Recorder recorder;
  const TrainResult result = run(small_run(), recorder);
  CHECK(result.end == TrainEnd::kFinished);
  REQUIRE(recorder.epochs.size() == 3);
  CHECK(recorder.steps == 3 * 16);
  CHECK(recorder.epochs[2].train_loss < recorder.epochs[0].train_loss);
  CHECK(recorder.epochs[2].validation->accuracy > 0.9);
  CHECK_FALSE(recorder.epochs[2].test);
}

TEST_CASE("the same seed gives the same weights and another seed others") {
  Recorder recorder;
  TrainOptions options = small_run();
  options.augment = AugmentOptions();
  options.clean_epochs = 1;
  const auto first = run(options, recorder).parameters;
  options.network.threads = 2;
  CHECK(run(options, recorder).parameters->tensors == first->tensors);
  options.seed = 6;
  CHECK(run(options, recorder).parameters->tensors != first->tensors);
}

TEST_CASE("a run resumed after any epoch ends with the same bits") {
  for (const auto kind : {model::OptimizerKind::kAdamW, model::OptimizerKind::kSgd}) {
    TrainOptions options = small_run();
    options.network.optimizer = {.kind = kind,
                                 .momentum = kind == model::OptimizerKind::kSgd ? 0.9 : 0};
    Recorder recorder;
    const auto whole = run(options, recorder).parameters;
    for (const std::size_t epoch : {0, 1}) {
      Recorder rest;
      CHECK(run(options, rest, recorder.states[epoch]).parameters->tensors == whole->tensors);
      CHECK(rest.epochs.size() == 2 - epoch);
    }
  }
}

TEST_CASE("a stop ends after the step and keeps the weights") {
  Recorder recorder;
  recorder.stop_at = 20;
  const TrainResult result = run(small_run(), recorder);
  CHECK(result.end == TrainEnd::kStopped);
  CHECK(result.steps_done == 20);
  CHECK(result.epochs_done == 1);
  REQUIRE(result.parameters);
  CHECK(result.parameters->tensors != recorder.states[0].network.average.tensors);
}

TEST_CASE("a run of so many steps ends there") {
  Recorder recorder;
  TrainOptions options = small_run();
  options.max_steps = 7;
  CHECK(run(options, recorder).end == TrainEnd::kMaxSteps);
  CHECK(recorder.steps == 7);
}

TEST_CASE("the first loss that is not finite ends the run with the last good epoch") {
  Recorder recorder;
  TrainOptions options = small_run();
  options.network.ema = 0;
  run(options, recorder);
  RunState broken = recorder.states[0];
  broken.network.weights.tensors[6][3] = std::numeric_limits<float>::quiet_NaN();
  Recorder after;
  const TrainResult result = run(options, after, broken);
  CHECK(result.end == TrainEnd::kNotFinite);
  CHECK_FALSE(result.parameters);
  options.learning_rate = 1e30;
  options.schedule = ScheduleKind::kConstant;
  CHECK(run(options, after).end == TrainEnd::kNotFinite);
}

TEST_CASE("the best epoch is kept and patience ends the run") {
  Recorder recorder;
  TrainOptions options = small_run();
  options.epochs = 12;
  options.keep = Keep::kBest;
  options.patience = 2;
  options.network.ema = 0;
  options.learning_rate = 3e-3;
  const TrainResult result = run(options, recorder);
  CHECK(result.end == TrainEnd::kPatience);
  CHECK(result.epochs_done == result.kept_epoch + 2);
  const double best = score(*result.parameters, others().examples(), 1).accuracy;
  for (const auto& epoch : recorder.epochs) CHECK(best >= epoch.validation->accuracy);
}
