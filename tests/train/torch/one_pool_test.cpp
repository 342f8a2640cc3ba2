#include <dlfcn.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <vector>

#include "thread/pool.hpp"
#include "train/network.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;

/// The pool of this program, with a count of what runs in it.
class CountedPool : public Pool {
 public:
  void run(std::int64_t count, int threads, const Task& task) override {
    ++runs;
    process_pool().run(count, threads, task);
  }
  int workers() const override { return process_pool().workers(); }

  int runs = 0;
};

Engine& open_engine(Pool& pool) {
  void* const library = dlopen(MLPCTL_TORCH_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  void* const symbol = dlsym(library, kEngineSymbol);
  REQUIRE(symbol != nullptr);
  return *reinterpret_cast<EngineFunction*>(symbol)(pool);
}

void take_step(const Engine& engine, int threads) {
  const Synthetic set(32);
  std::vector<std::int64_t> order(32);
  std::iota(order.begin(), order.end(), 0);
  const auto network = engine.make_network({.threads = threads});
  network->set_examples(set.examples());
  network->set_state(fresh_run(model::initial_parameters(9)).network);
  network->begin_epoch(order, {});
  network->step(0, 32, {}, 1e-3);
}

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

}  // namespace

TEST_CASE("the library of LibTorch works in the pool of the program and starts no threads") {
  CountedPool pool;
  const Engine& engine = open_engine(pool);
  take_step(engine, 1);  // LibTorch has started now, with whatever threads it wants.
  parallel_tasks(4, 4, [](std::int64_t) {});
  REQUIRE(process_pool().workers() == 3);
  const auto threads = threads_of_this_process();
  const int runs = pool.runs;
  take_step(engine, 4);
  CHECK(pool.runs > runs);
  CHECK(threads_of_this_process() == threads);
}
