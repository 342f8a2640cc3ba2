// Ranks that are threads here and meet as processes do: by a store and by Gloo.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <atomic>
#include <cmath>
#include <future>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "distributed/address.hpp"
#include "train/synthetic.hpp"
#include "train/torch/engine.hpp"
#include "train/torch/tensor_network.hpp"
#include "train/torch/torch_and_catch.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;

int free_port() {
  const distributed::Socket socket = distributed::listen_at("127.0.0.1", 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Three steps of an epoch of 65 pictures, of 32, 32 and 1: then all ranks but one have none.
/// Ranks run beside each other, where Catch's own checks may not.
NetworkState take_steps(Network& network) {
  const Synthetic set(65);
  std::vector<std::int64_t> order(65);
  std::iota(order.rbegin(), order.rend(), 0);
  network.set_examples(set.examples());
  network.set_state(fresh_run(model::initial_parameters(9)).network);
  network.begin_epoch(order, {});
  for (const std::int64_t first : {0, 32, 64}) {
    const auto loss = network.step(first, std::min<std::int64_t>(32, 65 - first), {}, 0.05);
    if (!loss || !std::isfinite(*loss)) throw std::runtime_error("a step without a loss");
  }
  return network.state();
}

struct Outcome {
  NetworkState state;
  int agreed_stop;
};

Outcome of_rank(const NetworkOptions& options, const distributed::Ranks& ranks) {
  const auto group = torch_engine().join(ranks, {.interface = "lo"});
  const std::atomic<int> stop{ranks.rank == 1 ? 15 : 0};
  // As a CUDA device's ranks have it; the engine would take the CPU's own kernels.
  const auto network = make_tensor_network(options, dynamic_cast<TensorGroup&>(*group), stop);
  Outcome outcome{take_steps(*network), network->agreed_stop(0)};
  group->leave();
  return outcome;
}

/// What each of the ranks comes to; the second wishes to stop.
std::vector<NetworkState> shared_steps(const NetworkOptions& options, int size) {
  const int port = free_port();
  std::vector<std::future<Outcome>> ranks;
  for (int rank = 0; rank < size; ++rank) {
    const distributed::Ranks place{
        .rank = rank, .size = size, .master_address = "127.0.0.1", .master_port = port};
    ranks.push_back(
        std::async(std::launch::async, [&options, place] { return of_rank(options, place); }));
  }
  std::vector<NetworkState> states;
  for (auto& rank : ranks) {
    Outcome outcome = rank.get();
    CHECK(outcome.agreed_stop == 15);
    states.push_back(std::move(outcome.state));
  }
  return states;
}

double difference(const model::Parameters& a, const model::Parameters& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    for (std::size_t k = 0; k < a.tensors[i].size(); ++k) {
      const double each = std::abs(static_cast<double>(a.tensors[i][k]) - b.tensors[i][k]);
      largest = std::max(largest, std::isfinite(each) ? each : 1e30);
    }
  }
  return largest;
}

void compare(NetworkOptions options, double most) {
  options.optimizer = {.kind = model::OptimizerKind::kSgd, .momentum = 0.9};
  const NetworkState alone = take_steps(*make_tensor_network(options));
  for (const int size : {2, 3}) {
    const auto states = shared_steps(options, size);
    CHECK(difference(alone.weights, states[0].weights) < most);
    CHECK(difference(alone.first, states[0].first) < 10 * most);
    CHECK(std::abs(alone.loss.sum - states[0].loss.sum) < most * 1000);
    CHECK(states[0].loss.pictures == 65);
    for (const NetworkState& other : states) {
      CHECK(difference(states[0].weights, other.weights) == 0);
      CHECK(difference(states[0].first, other.first) == 0);
    }
  }
}

TEST_CASE("Ranks that sum tensors take the steps of one process, and the same bits each") {
  SECTION("layers") {
    compare({.fold = false}, 1e-6);
  }
  SECTION("folded layers") {
    compare({.fold = true}, 1e-6);
  }
  SECTION("folded layers in bfloat16") {
    compare({.fold = true, .precision = Precision::kBFloat16}, 1e-3);
  }
}

}  // namespace
