#include "train/shared_network.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "../distributed/local_group.hpp"
#include "train/folded_network.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;
using distributed::LocalGroups;
using model::OptimizerKind;

/// The largest difference of two parameters.
double difference(const model::Parameters& a, const model::Parameters& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    REQUIRE(a.tensors[i].size() == b.tensors[i].size());
    for (std::size_t k = 0; k < a.tensors[i].size(); ++k) {
      const double each = std::abs(static_cast<double>(a.tensors[i][k] - b.tensors[i][k]));
      largest = std::max(largest, std::isfinite(each) ? each : 1e30);
    }
  }
  return largest;
}

/// Three steps of an epoch of 70 pictures: of 32, 32 and 6.
void take_steps(Network& network, const Examples& examples, std::span<const std::int64_t> order) {
  network.set_examples(examples);
  network.set_state(fresh_run(model::initial_parameters(9)).network);
  network.begin_epoch(order, {});
  for (const std::int64_t first : {0, 32, 64})
    network.step(first, std::min<std::int64_t>(32, 70 - first), {}, 1e-3);
}

std::vector<std::int64_t> backwards() {
  std::vector<std::int64_t> order(70);
  std::iota(order.rbegin(), order.rend(), 0);
  return order;
}

NetworkState shared_steps(const NetworkOptions& options, int ranks) {
  const Synthetic set(70);
  const auto order = backwards();
  const std::atomic<int> stop{0};
  NetworkState state;
  LocalGroups::run(ranks, [&](distributed::Group& group) {
    const auto network = make_shared_network(options, group, stop);
    take_steps(*network, set.examples(), order);
    network->gather();
    if (group.rank() == 0) state = network->state();
  });
  return state;
}

NetworkState lone_steps(const NetworkOptions& options) {
  const Synthetic set(70);
  const auto order = backwards();
  const auto network = make_folded_network(options);
  take_steps(*network, set.examples(), order);
  return network->state();
}

/// What a run of two epochs with changed pictures and a checkpoint keeps.
TrainResult run(int ranks, const TrainOptions& options, const TrainData& data,
                std::int64_t& states) {
  const std::atomic<int> stop{0};
  std::atomic<std::int64_t> told{0};
  TrainResult result;
  LocalGroups::run(ranks, [&](distributed::Group& group) {
    struct Counter : TrainEvents {
      std::int64_t states = 0;
      void on_state(const std::function<RunState()>&) override { ++states; }
    } counter;
    const bool alone = group.size() == 1;
    const auto network = alone ? make_folded_network(options.network)
                               : make_shared_network(options.network, group, stop);
    auto own = train::train(*network, options, data, fresh_run(model::initial_parameters(3)),
                            counter, stop, alone ? nullptr : &group);
    // Ranks but the first have none.
    told += counter.states;
    if (group.rank() != 0) return;
    result = std::move(own);
  });
  states = told;
  return result;
}

/// What a run of some ranks gives each of them that starts from this state; wish(rank): whether it
/// wishes to stop.
template <typename Wish>
std::vector<TrainResult> short_run(int ranks, const RunState& start, const Wish& wish) {
  const Synthetic set(64);
  std::vector<TrainResult> results(static_cast<std::size_t>(ranks));
  LocalGroups::run(ranks, [&](distributed::Group& group) {
    TrainOptions options;
    options.batch_size = 8;
    const std::atomic<int> stop{wish(group.rank())};
    TrainEvents nothing;
    const auto network = make_shared_network(options.network, group, stop);
    results[static_cast<std::size_t>(group.rank())] =
        train::train(*network, options, {set.examples(), {}, {}}, start, nothing, stop, &group);
  });
  return results;
}

}  // namespace

TEST_CASE("steps that ranks share are those of one process to rounding") {
  const NetworkOptions adamw{.optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1},
                             .ema = 0.9,
                             .label_smoothing = 0.1};
  const NetworkOptions sgd{.optimizer = {.kind = OptimizerKind::kSgd, .momentum = 0.9}};
  for (const NetworkOptions& options : {adamw, sgd}) {
    const NetworkState alone = lone_steps(options);
    // Of 20 ranks, one owns no block, and most have no picture of the last step.
    for (const int ranks : {2, 3, 4, 20}) {
      INFO(ranks << " ranks");
      const NetworkState shared = shared_steps(options, ranks);
      CHECK(difference(shared.weights, alone.weights) < 2e-5);
      CHECK(difference(shared.average, alone.average) < 2e-5);
      CHECK(difference(shared.first, alone.first) < 2e-6);
      CHECK(difference(shared.second, alone.second) < 2e-6);
      CHECK(shared.step == 3);
      CHECK(shared.loss.pictures == 70);
      CHECK(std::abs(shared.loss.sum - alone.loss.sum) < 1e-3);
    }
  }
}

TEST_CASE("the same ranks give the same bits on any number of threads") {
  NetworkOptions options{.ema = 0.9};
  const NetworkState once = shared_steps(options, 3);
  options.threads = 2;
  const NetworkState again = shared_steps(options, 3);
  CHECK(once.weights.tensors == again.weights.tensors);
  CHECK(once.first.tensors == again.first.tensors);
}

TEST_CASE("a run that ranks share sees the pictures of one process, changed alike") {
  const Synthetic set(75), test(40, 5);
  const TrainData data{set.examples(), test.examples(), test.examples()};
  TrainOptions options;
  options.epochs = 3;
  options.calm = 0.7;
  options.clean_epochs = 1;
  options.batch_size = 16;
  options.augment = AugmentOptions{};
  options.checkpoint_every = 2;
  std::int64_t states = 0;
  const TrainResult alone = run(1, options, data, states);
  CHECK(states == 3 + 15 / 2);
  for (const int ranks : {2, 3}) {
    const TrainResult shared = run(ranks, options, data, states);
    CHECK(states == 3 + 15 / 2);
    REQUIRE(shared.parameters);
    CHECK(difference(*shared.parameters, *alone.parameters) < 2e-4);
    REQUIRE(shared.kept);
    CHECK(shared.kept->test->accuracy == alone.kept->test->accuracy);
    CHECK(std::abs(shared.kept->train_loss - alone.kept->train_loss) < 1e-4);
  }
}

TEST_CASE("any rank's wish to stop ends the run of all after the same step") {
  const RunState start = fresh_run(model::initial_parameters(3));
  for (const TrainResult& result :
       short_run(3, start, [](int rank) { return rank == 2 ? 15 : 0; })) {
    CHECK(result.end == TrainEnd::kStopped);
    CHECK(result.stopped_by == 15);
    CHECK(result.steps_done == 1);
  }
}

TEST_CASE("a loss that is not finite ends the run of all and leaves the weights alone") {
  RunState start = fresh_run(model::initial_parameters(3));
  start.network.weights.tensors[7][0] = INFINITY;
  for (const TrainResult& result : short_run(2, start, [](int) { return 0; })) {
    CHECK(result.end == TrainEnd::kNotFinite);
    CHECK(result.steps_done == 0);
  }
}
