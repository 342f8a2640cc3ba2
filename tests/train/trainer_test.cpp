#include "train/trainer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

#include "base/random.hpp"
#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "train/folded_network.hpp"
#include "train/map_network.hpp"
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
  void on_epoch(const EpochReport& report, const model::Parameters&) override {
    epochs.push_back(report);
  }
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
  const auto network = options.network.weights == Weights::kMap
                           ? make_map_network(options.network)
                           : make_folded_network(options.network);
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

TEST_CASE("the test pictures are answered as often as asked, and for the weights that are kept") {
  const auto tested = [](TrainOptions options, std::int64_t every) {
    Recorder recorder;
    options.test_every = every;
    const auto network = make_map_network(options.network);
    const TrainData data{pictures().examples(), others().examples(), others().examples()};
    const TrainResult result =
        train::train(*network, options, data, fresh_run(model::initial_parameters(options.seed)),
                     recorder, recorder.stop);
    REQUIRE(result.kept);
    REQUIRE(result.kept->test);
    CHECK(result.kept->test->accuracy ==
          score(*result.parameters, others().examples(), 1).accuracy);
    std::vector<bool> epochs;
    for (const EpochReport& report : recorder.epochs) epochs.push_back(report.test.has_value());
    return epochs;
  };
  CHECK(tested(small_run(), 1) == std::vector{true, true, true});
  CHECK(tested(small_run(), 2) == std::vector{false, true, true});
  CHECK(tested(small_run(), 0) == std::vector{false, false, true});
  TrainOptions patient = small_run();
  patient.learning_rate = 1e-12;
  patient.patience = 1;
  CHECK(tested(patient, 0) == std::vector{false, false});
}

TEST_CASE("the same seed gives the same weights and another seed others") {
  Recorder recorder;
  TrainOptions options = small_run();
  options.augment = AugmentOptions();
  options.clean_epochs = 1;
  options.calm = 0.7;
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

TEST_CASE("a run cut at any steps ends with the same bits") {
  Random random(11, 0);
  for (int trial = 0; trial < 4; ++trial) {
    TrainOptions options = small_run();
    options.network.threads = 1 + trial % 2;
    options.network.weights = trial < 2 ? Weights::kLayers : Weights::kMap;
    options.augment = AugmentOptions();
    options.clean_epochs = 1;
    options.calm = 0.7;
    options.keep = trial % 4 < 2 ? Keep::kBest : Keep::kLast;
    options.patience = 2;
    Recorder recorder;
    const TrainResult whole = run(options, recorder);
    RunState state = fresh_run(model::initial_parameters(options.seed));
    TrainResult result;
    std::vector<EpochReport> epochs;
    for (std::int64_t cut = 0; cut < whole.steps_done;) {
      cut += 1 + random.below(30);
      Recorder part;
      part.stop_at = cut;
      options.network.threads = 1 + static_cast<int>(random.below(2));
      result = run(options, part, state);
      REQUIRE_FALSE(part.states.empty());
      state = part.states.back();
      epochs.insert(epochs.end(), part.epochs.begin(), part.epochs.end());
    }
    if (state.epoch_step > 0) {  // stopped right after the last step
      Recorder part;
      result = run(options, part, state);
      epochs.insert(epochs.end(), part.epochs.begin(), part.epochs.end());
    }
    CHECK(result.end == whole.end);
    CHECK(result.kept_epoch == whole.kept_epoch);
    CHECK(result.parameters->tensors == whole.parameters->tensors);
    REQUIRE(epochs.size() == recorder.epochs.size());
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      CHECK(epochs[i].train_loss == recorder.epochs[i].train_loss);
      CHECK(epochs[i].validation->loss == recorder.epochs[i].validation->loss);
    }
  }
}

TEST_CASE("states are offered every so many steps and any of them can be gone on from") {
  TrainOptions options = small_run();
  Recorder plain;
  const TrainResult whole = run(options, plain);
  options.checkpoint_every = 5;
  Recorder often;
  run(options, often);
  CHECK(often.states.size() == 9 + 3);  // 48 steps, and the ends of three epochs
  for (const RunState& state : often.states) {
    Recorder rest;
    CHECK(run(options, rest, state).parameters->tensors == whole.parameters->tensors);
  }
}

TEST_CASE("a run that is already where it ends does nothing") {
  TrainOptions options = small_run();
  options.max_steps = 20;
  Recorder recorder;
  CHECK(run(options, recorder).end == TrainEnd::kMaxSteps);
  const RunState at_end = recorder.states.back();
  CHECK(at_end.network.step == 20);
  for (const std::int64_t most : {20, 7}) {
    options.max_steps = most;
    Recorder again;
    const TrainResult result = run(options, again, at_end);
    CHECK(result.end == TrainEnd::kMaxSteps);
    CHECK(again.steps == 0);
    CHECK(result.parameters->tensors == at_end.network.average.tensors);
    CHECK_FALSE(result.kept);
  }
}

TEST_CASE("a state from another epoch length is refused") {
  RunState state = fresh_run(model::initial_parameters(1));
  state.epoch_step = 17;  // of 16
  Recorder recorder;
  CHECK(tests::error_code([&] { run(small_run(), recorder, state); }) == ErrorCode::kCorruption);
}

TEST_CASE("a longer run goes on as one of that length where the rate is constant") {
  TrainOptions options = small_run();
  options.schedule = ScheduleKind::kConstant;
  options.epochs = 4;
  Recorder recorder;
  const TrainResult whole = run(options, recorder);
  options.epochs = 2;
  Recorder first, second;
  run(options, first);
  options.epochs = 4;
  CHECK(run(options, second, first.states.back()).parameters->tensors == whole.parameters->tensors);
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
  CHECK_FALSE(result.kept);  // The last epoch's accuracy is not that of these weights.
  REQUIRE(recorder.states.size() == 2);
  CHECK(recorder.states[1].epoch_step == 4);
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
  REQUIRE(result.kept);
  CHECK(result.kept->epoch == result.kept_epoch);
  Recorder again;
  const TrainResult resumed = run(options, again, recorder.states.back());
  CHECK(resumed.end == TrainEnd::kPatience);
  CHECK(again.steps == 0);
  CHECK(resumed.parameters->tensors == result.parameters->tensors);
  CHECK(resumed.kept->validation->accuracy == result.kept->validation->accuracy);
  const double best = score(*result.parameters, others().examples(), 1).accuracy;
  for (const auto& epoch : recorder.epochs) CHECK(best >= epoch.validation->accuracy);
}
