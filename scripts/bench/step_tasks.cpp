// The tasks of a training step, timed one by one on one thread, and what it costs to bring threads
// together: step_tasks IMAGES LABELS BATCH STEPS. Prints a JSON object in microseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "data/idx.hpp"
#include "mlpctl/error.hpp"
#include "model/parameters.hpp"
#include "thread/pool.hpp"
#include "train/folded_network.hpp"
#include "train/trainer.hpp"

namespace {

using mlpctl::Pool;
using Microseconds = std::chrono::duration<double, std::micro>;

double now() {
  return Microseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Runs all tasks itself and keeps what each took, run by run.
class TimingPool : public Pool {
 public:
  void run(std::int64_t count, int, const Task& task) override {
    const double begin = now();
    std::vector<double> times;
    double before = begin;
    for (std::int64_t index = 0; index < count; ++index) {
      task(index);
      const double after = now();
      times.push_back(after - before);
      before = after;
    }
    within += before - begin;
    runs.push_back(std::move(times));
  }
  int workers() const override { return 0; }

  std::vector<std::vector<double>> runs;
  double within = 0;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A run of two threads whose tasks take some microseconds, beyond these.
double meeting() {
  constexpr double kTask = 60;
  constexpr int kRuns = 300;
  const auto pool = mlpctl::make_pool();
  std::vector<double> beyond;
  for (int i = 0; i < kRuns; ++i) {
    const double begin = now();
    pool->run(8, 2, [&](std::int64_t) {
      for (const double start = now(); now() - start < kTask;) {
      }
    });
    beyond.push_back(now() - begin - 4 * kTask);
  }
  return median(beyond);
}

void print(const std::vector<std::vector<std::vector<double>>>& steps, std::vector<double> alone,
           double meet) {
  std::printf("{\"meeting\": %.2f, \"alone\": %.2f, \"runs\": [", meet, median(std::move(alone)));
  for (std::size_t run = 0; run < steps.front().size(); ++run) {
    std::printf("%s[", run == 0 ? "" : ", ");
    for (std::size_t task = 0; task < steps.front()[run].size(); ++task) {
      std::vector<double> times;
      for (const auto& step : steps) times.push_back(step[run][task]);
      std::printf("%s%.2f", task == 0 ? "" : ", ", median(std::move(times)));
    }
    std::printf("]");
  }
  std::printf("]}\n");
}

void measure(const std::string& images, const std::string& labels, std::int64_t batch, int steps) {
  const double meet = meeting();
  TimingPool pool;
  mlpctl::use_pool(pool);
  const mlpctl::data::IdxFile pictures(images), names(labels);
  std::vector<std::int64_t> order(names.values().size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<std::int64_t>(i * 7919 % order.size());
  mlpctl::train::NetworkOptions options;
  const auto network = mlpctl::train::make_folded_network(options);
  network->set_examples({pictures.values(), names.values()});
  network->set_state(mlpctl::train::fresh_run(mlpctl::model::initial_parameters(0)).network);
  network->begin_epoch(order, {});
  std::vector<std::vector<std::vector<double>>> all;
  std::vector<double> alone;
  for (int i = 0; i < steps; ++i) {
    pool.runs.clear();
    pool.within = 0;
    const double begin = now();
    network->step(i * batch % (static_cast<std::int64_t>(order.size()) - batch), batch, {}, 1e-3);
    alone.push_back(now() - begin - pool.within);
    all.push_back(pool.runs);
  }
  print(all, std::move(alone), meet);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 5)
      throw mlpctl::Error(mlpctl::ErrorCode::kInvalidArgument, "IMAGES LABELS BATCH STEPS");
    measure(arguments[1], arguments[2], std::stol(arguments[3]), std::stoi(arguments[4]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "step_tasks: %s\n", error.what());
    return 1;
  }
}
