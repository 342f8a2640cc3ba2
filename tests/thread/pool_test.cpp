#include "thread/pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "support/faulty_system.hpp"

using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

namespace {

/// How often each index is visited.
std::vector<int> visits_of(mlpctl::Pool& pool, std::int64_t count, int threads) {
  std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
  pool.run(count, threads, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
  return {visits.begin(), visits.end()};
}

const std::vector<int> kOnce(23, 1);

}  // namespace

TEST_CASE("every index is visited once, whatever the number of threads") {
  const auto pool = mlpctl::make_pool();
  for (const int threads : {1, 2, 3, 7, 50}) CHECK(visits_of(*pool, 23, threads) == kOnce);
  CHECK(pool->workers() == 22);
}

TEST_CASE("parts that stay near their thread are visited once as well") {
  for (const int threads : {1, 2, 3, 7, 50}) {
    for (const std::int64_t count : {0, 1, 5, 23}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      const auto visit = [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; };
      for (int run = 0; run < 20; ++run) mlpctl::parallel_near(count, threads, visit);
      for (const auto& times : visits) CHECK(times == 20);
    }
  }
}

TEST_CASE("an exception of a task reaches the caller after the others have ended") {
  const auto pool = mlpctl::make_pool();
  std::atomic<int> visits = 0;
  const auto fail = [&](std::int64_t index) {
    ++visits;
    if (index == 1) throw std::runtime_error("task");
  };
  CHECK_THROWS_AS(pool->run(4, 4, fail), std::runtime_error);
  CHECK(visits == 4);
  CHECK(visits_of(*pool, 23, 4) == kOnce);
}

TEST_CASE("a loop inside a task runs") {
  std::atomic<int> visits = 0;
  mlpctl::parallel_tasks(
      2, 2, [&](std::int64_t) { mlpctl::parallel_tasks(10, 2, [&](std::int64_t) { ++visits; }); });
  CHECK(visits == 20);
}

TEST_CASE("every task runs once over many short runs") {
  const auto pool = mlpctl::make_pool();
  std::vector<std::atomic<int>> visits(50);
  for (int run = 0; run < 2000; ++run) {
    pool->run(50, 1 + run % 4, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
  }
  for (const auto& count : visits) CHECK(count == 2000);
}

TEST_CASE("the tasks of one run are shared with the workers") {
  const auto pool = mlpctl::make_pool();
  std::atomic<int> inside = 0;
  // Ends only when both are in a task at the same time.
  pool->run(2, 2, [&](std::int64_t) {
    ++inside;
    while (inside != 2) std::this_thread::yield();
  });
  CHECK(pool->workers() == 1);
}

TEST_CASE("threads that cannot be started are done without") {
  for (const int started : {0, 1, 2}) {
    const auto pool = mlpctl::make_pool();
    FaultySystem system;
    system.fail(Call::kStartThread, 1 + started, EAGAIN, FaultySystem::kForEver);
    for (int run = 0; run < 100; ++run) CHECK(visits_of(*pool, 23, 4) == kOnce);
    CHECK(pool->workers() == started);
    // A thread is not asked for anew at every run.
    CHECK(system.calls(Call::kStartThread) == started + 1);
  }
}

TEST_CASE("threads that could not be started come when the system has them again") {
  const auto pool = mlpctl::make_pool();
  FaultySystem system;
  system.fail(Call::kStartThread, 1, EAGAIN);
  CHECK(visits_of(*pool, 23, 3) == kOnce);
  CHECK(pool->workers() == 0);
  for (int run = 0; run < 2000; ++run) pool->run(2, 3, [](std::int64_t) {});
  CHECK(pool->workers() == 1);  // as many as two tasks can use
  CHECK(visits_of(*pool, 23, 3) == kOnce);
  CHECK(pool->workers() == 2);
}
