#include "train/map_network.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "net/map_weights.hpp"
#include "train/folded_network.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;
using model::OptimizerKind;

constexpr std::int64_t kPictures = 96, kOfAStep = 32;

/// Goes on from the state by so many steps.
NetworkState more_steps(Network& network, NetworkState state, int steps) {
  const Synthetic set(kPictures);
  std::vector<std::int64_t> order(static_cast<std::size_t>(kPictures));
  std::iota(order.rbegin(), order.rend(), 0);
  network.set_examples(set.examples());
  const std::int64_t first = state.step;
  network.set_state(std::move(state));
  network.begin_epoch(order, {});
  for (std::int64_t i = first; i < first + steps; ++i) {
    network.step(i % 3 * kOfAStep, kOfAStep, {}, 1e-2);
  }
  return network.state();
}

NetworkState fresh_state() {
  return fresh_run(model::initial_parameters(9)).network;
}

NetworkState map_steps(const NetworkOptions& options, NetworkState state, int steps) {
  return more_steps(*make_map_network(options), std::move(state), steps);
}

void check_equal(const NetworkState& a, const NetworkState& b) {
  CHECK(a.weights.tensors == b.weights.tensors);
  CHECK(a.average.tensors == b.average.tensors);
  CHECK(a.first.tensors == b.first.tensors);
  CHECK(a.second.tensors == b.second.tensors);
  CHECK(a.step == b.step);
}

const NetworkOptions kAdamW{.optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1},
                            .ema = 0.9};
const NetworkOptions kSgdMomentum{.optimizer = {.kind = OptimizerKind::kSgd, .momentum = 0.9},
                                  .label_smoothing = 0.1};

}  // namespace

TEST_CASE("steps of the map give the same bits on any number of threads") {
  for (NetworkOptions options : {kAdamW, kSgdMomentum}) {
    const NetworkState alone = map_steps(options, fresh_state(), 20);
    for (const int threads : {2, 3}) {
      options.threads = threads;
      check_equal(map_steps(options, fresh_state(), 20), alone);
    }
  }
}

TEST_CASE("a state of the map goes on as if it had never stopped") {
  for (const NetworkOptions& options : {kAdamW, kSgdMomentum}) {
    const NetworkState half = map_steps(options, fresh_state(), 11);
    check_equal(map_steps(options, half, 10), map_steps(options, fresh_state(), 21));
  }
}

TEST_CASE("a step of the map goes along the gradient of the layers") {
  // Where the layers are the map spread, the gradient of the map's weight is that of each of the
  // layer's weights that share it; the map goes twice as far along it.
  const NetworkOptions sgd{.optimizer = {.kind = OptimizerKind::kSgd}};
  NetworkState start = fresh_state();
  net::spread_map(net::map_of(start.weights), start.weights);
  const auto layers = make_folded_network(sgd);
  const NetworkState by_layers = more_steps(*layers, start, 1);
  const NetworkState by_map = map_steps(sgd, start, 1);
  const auto moved = [&](const model::Parameters& to) {
    model::Parameters difference = to;
    for (std::size_t t = 0; t < difference.tensors.size(); ++t) {
      for (std::size_t i = 0; i < difference.tensors[t].size(); ++i) {
        difference.tensors[t][i] -= start.weights.tensors[t][i];
      }
    }
    return difference;
  };
  const net::MapBlocks gradient = net::moments_of(moved(by_layers.weights));
  const net::MapBlocks before = net::map_of(start.weights), after = net::map_of(by_map.weights);
  double worst = 0, largest = 0;
  for (std::size_t b = 0; b < after.size(); ++b) {
    for (std::size_t i = 0; i < after[b].weight.size(); ++i) {
      const double step = double{after[b].weight[i]} - double{before[b].weight[i]};
      worst = std::max(worst, std::abs(step / 2 - double{gradient[b].weight[i]}));
      largest = std::max(largest, std::abs(step));
    }
  }
  CHECK(largest > 1e-5);
  for (std::size_t t = 4; t < model::kEntries.size(); ++t) {
    for (std::size_t i = 0; i < by_map.weights.tensors[t].size(); ++i) {
      const double apart = double{by_map.weights.tensors[t][i]} - by_layers.weights.tensors[t][i];
      worst = std::max(worst, std::abs(apart));
    }
  }
  CHECK(worst < 1e-7);
}
