#include "train/folded_network.hpp"

#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <vector>

#include "train/synthetic.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;
using model::OptimizerKind;

constexpr std::int64_t kCount = 96, kBatch = 32;

NetworkState after_steps(const NetworkOptions& options, int steps) {
  const Synthetic set(kCount);
  std::vector<std::int64_t> order(static_cast<std::size_t>(kCount));
  std::iota(order.rbegin(), order.rend(), 0);
  const auto network = make_folded_network(options);
  network->set_examples(set.examples());
  network->set_state(fresh_run(model::initial_parameters(9)).network);
  network->begin_epoch(order, {});
  for (int i = 0; i < steps; ++i) network->step(i % 3 * kBatch, kBatch, {}, 1e-3);
  return network->state();
}

void check_same(const NetworkState& a, const NetworkState& b) {
  CHECK(a.weights.tensors == b.weights.tensors);
  CHECK(a.average.tensors == b.average.tensors);
  CHECK(a.first.tensors == b.first.tensors);
  CHECK(a.second.tensors == b.second.tensors);
  CHECK(a.step == b.step);
}

}  // namespace

TEST_CASE("several steps give the same bits on any number of threads") {
  const NetworkOptions adamw{.optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1},
                             .ema = 0.9};
  const NetworkOptions sgd{.optimizer = {.kind = OptimizerKind::kSgd, .momentum = 0.9},
                           .label_smoothing = 0.1};
  for (NetworkOptions options : {adamw, sgd}) {
    const NetworkState alone = after_steps(options, 6);
    for (const int threads : {2, 3}) {
      options.threads = threads;
      check_same(after_steps(options, 6), alone);
    }
  }
}

TEST_CASE("steps whose number of threads adapts give the same bits") {
  const NetworkOptions fixed{.ema = 0.9};
  const NetworkOptions adaptive{.threads = 3, .adapt_threads = true, .ema = 0.9};
  check_same(after_steps(adaptive, 25), after_steps(fixed, 25));
}

TEST_CASE("pictures handed to a step are seen in place of the set's") {
  const Synthetic set(kCount), other(kCount, 2);
  std::vector<std::int64_t> order(static_cast<std::size_t>(kCount));
  std::iota(order.begin(), order.end(), 0);
  const auto loss = [&](const Examples& changed) {
    const auto network = make_folded_network({});
    network->set_examples(set.examples());
    network->set_state(fresh_run(model::initial_parameters(9)).network);
    network->begin_epoch(order, {});
    return network->step(0, kCount, changed, 1e-3);
  };
  CHECK(loss(set.examples()) == loss({}));
  CHECK(loss({other.examples().images, set.examples().labels}) != loss({}));
  CHECK(loss({set.examples().images, other.examples().labels}) != loss({}));
}

TEST_CASE("a state goes through the network unchanged") {
  RunState run = fresh_run(model::initial_parameters(1));
  run.network.first = model::initial_parameters(2);
  run.network.second = model::initial_parameters(3);
  run.network.average = model::initial_parameters(4);
  run.network.step = 17;
  const auto network = make_folded_network({.ema = 0.9});
  network->set_state(run.network);
  check_same(network->state(), run.network);
}
