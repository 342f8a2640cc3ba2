#include "train/network.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "net/head.hpp"
#include "train/folded_network.hpp"
#include "train/synthetic.hpp"
#include "train/torch/engine.hpp"
#include "train/torch/tensor_network.hpp"
#include "train/torch/torch_and_catch.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;
using model::OptimizerKind;

/// Every third of the steps sees changed pictures, of which some show none of the classes.
NetworkState after_steps(std::unique_ptr<Network> network, int steps, bool sparse = false) {
  constexpr std::size_t kBatch = 32, kPictures = 4 * kBatch;
  const Synthetic set(kPictures), other(kPictures, 5);
  const net::SparsePictures pictures(set.examples().images);
  std::vector<std::uint8_t> labels(other.examples().labels.begin(), other.examples().labels.end());
  for (std::size_t i = 0; i < labels.size(); i += 4) labels[i] = net::kNoClass;
  std::vector<std::int64_t> order(kPictures);
  std::iota(order.rbegin(), order.rend(), 0);
  network->set_examples(sparse ? Examples{{}, set.examples().labels, &pictures} : set.examples());
  network->set_state(fresh_run(model::initial_parameters(9)).network);
  network->begin_epoch(order, {});
  for (std::size_t i = 0; i < static_cast<std::size_t>(steps); ++i) {
    const std::size_t at = i * 16 % (kPictures - kBatch);
    const auto named = std::span(i % 2 == 0 ? std::span(labels) : other.examples().labels);
    const Examples changed{
        other.examples().images.subspan(at * model::kPixels, kBatch * model::kPixels),
        named.subspan(at, kBatch)};
    network->step(static_cast<std::int64_t>(i % 4 * kBatch), kBatch,
                  i % 3 == 1 ? changed : Examples(), 1e-3 / static_cast<double>(1 + i));
  }
  return network->state();
}

NetworkState after_steps(const NetworkOptions& options, int steps) {
  return after_steps(torch_engine().make_network(options), steps);
}

/// Holds a step as a device does: with the host's values of the time when it was recorded. CPUs
/// have no graphs of LibTorch's.
class GraphOfCalls : public StepGraph {
 public:
  void record(const std::function<void()>& step) override { step_ = step; }
  void replay() override { step_(); }

 private:
  std::function<void()> step_;
};
std::unique_ptr<StepGraph> graph_of_calls() {
  return std::make_unique<GraphOfCalls>();
}

class NoGraph : public StepGraph {
 public:
  void record(const std::function<void()>&) override { TORCH_CHECK(false, "cannot be recorded"); }
  void replay() override { FAIL("nothing was recorded"); }
};
std::unique_ptr<StepGraph> no_graph() {
  return std::make_unique<NoGraph>();
}

double distance(const model::Parameters& a, const model::Parameters& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    for (std::size_t k = 0; k < a.tensors[i].size(); ++k) {
      worst = std::max(worst, std::abs(static_cast<double>(a.tensors[i][k]) - b.tensors[i][k]));
    }
  }
  return worst;
}

void compare(NetworkOptions options) {
  const NetworkState folded = after_steps(options, 8);
  options.fold = false;
  const NetworkState layers = after_steps(options, 8);
  // Adam turns a gradient near zero into a whole step of 1e-3 whose sign rounding may decide.
  CHECK(distance(folded.weights, layers.weights) < 2e-4);
  CHECK(distance(folded.average, layers.average) < 2e-4);
  CHECK(distance(folded.first, layers.first) < 5e-5);
  CHECK(distance(folded.second, layers.second) < 1e-6);
  CHECK(folded.step == layers.step);
  CHECK(std::abs(folded.loss.sum / layers.loss.sum - 1) < 1e-4);
}

}  // namespace

TEST_CASE(
    "a step that is recorded takes from the host what was put in its place, and nothing else") {
  for (const NetworkOptions& options :
       {NetworkOptions{.optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1},
       .ema = 0.9},
        NetworkOptions{.optimizer = {.momentum = 0.9, .dampening = 0.1}},
        NetworkOptions{.fold = false}}) {
    const auto state = [&](const GraphMaker& graphs) {
      return after_steps(make_tensor_network(options, graphs), 30);
    };
    const NetworkState each = state(nullptr), recorded = state(graph_of_calls);
    CHECK(recorded.weights.tensors == each.weights.tensors);
    CHECK(recorded.average.tensors == each.average.tensors);
    CHECK(recorded.second.tensors == each.second.tensors);
    CHECK(recorded.loss.sum == each.loss.sum);
    CHECK(recorded.loss.pictures == each.loss.pictures);
    CHECK(recorded.step == each.step);
    CHECK(state(no_graph).weights.tensors == each.weights.tensors);
  }
}

TEST_CASE("pictures without their black pixels give the same steps") {
  for (const NetworkOptions& options : {NetworkOptions(), NetworkOptions{.weights = Weights::kMap},
                                        NetworkOptions{.fold = false}}) {
    const auto state = [&](bool sparse) {
      return after_steps(torch_engine().make_network(options), 6, sparse);
    };
    CHECK(state(true).weights.tensors == state(false).weights.tensors);
  }
}

TEST_CASE("both networks take the same steps with every optimizer of LibTorch") {
  compare({.optimizer = {.kind = OptimizerKind::kAdam}});
  compare({.optimizer = {.kind = OptimizerKind::kAdam, .weight_decay = 0.1}});
  compare({.optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = 0.1}, .ema = 0.9});
  compare({.optimizer = {.kind = OptimizerKind::kSgd}});
  compare({.optimizer = {.kind = OptimizerKind::kSgd, .momentum = 0.9, .weight_decay = 0.1},
           .label_smoothing = 0.1});
}

TEST_CASE("threads do not change a bit") {
  const NetworkState one = after_steps({.threads = 1, .ema = 0.9}, 6);
  const NetworkState three = after_steps({.threads = 3, .ema = 0.9}, 6);
  CHECK(one.weights.tensors == three.weights.tensors);
  CHECK(one.average.tensors == three.average.tensors);
}

TEST_CASE("in bfloat16 the network takes nearly the same steps") {
  NetworkOptions options{.precision = Precision::kBFloat16};
  const NetworkState coarse = after_steps(options, 2);
  const NetworkState exact = after_steps(NetworkOptions(), 2);
  CHECK(distance(coarse.weights, exact.weights) < 5e-3);
}

TEST_CASE("autograd gives the bits that the pass gives without it") {
  const NetworkOptions options{.threads = 2, .ema = 0.9, .label_smoothing = 0.1};
  const NetworkState through = after_steps(torch_engine().make_network(options), 6);
  const NetworkState straight = after_steps(make_folded_network(options), 6);
  CHECK(through.weights.tensors == straight.weights.tensors);
  CHECK(through.average.tensors == straight.average.tensors);
  CHECK(through.second.tensors == straight.second.tensors);
}

TEST_CASE("layer by layer a loss that is not finite leaves the weights alone") {
  RunState run = fresh_run(model::initial_parameters(9));
  run.network.weights.tensors[6][3] = std::numeric_limits<float>::quiet_NaN();
  const Synthetic set(32);
  std::vector<std::int64_t> order(32);
  std::iota(order.begin(), order.end(), 0);
  const auto network = torch_engine().make_network({.fold = false});
  network->set_examples(set.examples());
  network->set_state(run.network);
  network->begin_epoch(order, {});
  const auto loss = network->step(0, 32, {}, 1e-3);
  REQUIRE(loss);
  CHECK(std::isnan(*loss));
  CHECK(network->state().weights.tensors[0] == run.network.weights.tensors[0]);
}
