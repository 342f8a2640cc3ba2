#include "thread/worker.hpp"

#include <sched.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "support/faulty_system.hpp"

using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

namespace {

std::atomic<int> told{0};

void tell() {
  ++told;
}

}  // namespace

TEST_CASE("a worker runs, and its end is waited for") {
  std::atomic<bool> ran = false;
  REQUIRE(mlpctl::start_worker([&](const std::stop_token&) { ran = true; }));
  CHECK(ran);
}

TEST_CASE("workers begin on one processor after the other, and may go on to any") {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  REQUIRE(sched_getaffinity(0, sizeof(usable), &usable) == 0);
  if (CPU_COUNT(&usable) < 2) SKIP("there is one processor");
  constexpr int kTimes = 50;
  int apart = 0;
  for (int i = 0; i < kTimes; ++i) {
    int first = -1, second = -1;
    cpu_set_t left;
    CPU_ZERO(&left);
    {
      // Waiting for the first before the second is started, this thread would be moved.
      const auto one =
          mlpctl::start_worker([&](const std::stop_token&) { first = sched_getcpu(); }, 1);
      const auto other = mlpctl::start_worker(
          [&](const std::stop_token&) {
            second = sched_getcpu();
            sched_getaffinity(0, sizeof(left), &left);
          },
          2);
    }
    apart += first != second ? 1 : 0;
    CHECK(CPU_EQUAL(&left, &usable));
  }
  // Even so it may be moved between the two, and each of them at once.
  UNSCOPED_INFO(apart);
  CHECK(10 * apart > 7 * kTimes);
}

TEST_CASE("that there are no more threads is told once") {
  told = 0;
  mlpctl::on_missing_worker(tell);
  FaultySystem system;
  system.fail(Call::kStartThread, 2, EAGAIN, FaultySystem::kForEver);
  CHECK(mlpctl::start_worker([](const std::stop_token&) {}));
  CHECK(told == 0);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(mlpctl::start_worker([](const std::stop_token&) {}));
  CHECK(told == 1);
  mlpctl::on_missing_worker(nullptr);
}

TEST_CASE("the threads that can be had are those that live at the same time") {
  CHECK(mlpctl::threads_to_be_had(1) == 1);
  CHECK(mlpctl::threads_to_be_had(9) == 9);
  FaultySystem system;
  system.fail(Call::kStartThread, 3, EAGAIN, FaultySystem::kForEver);
  CHECK(mlpctl::threads_to_be_had(9) == 3);
  CHECK(mlpctl::threads_to_be_had(9) == 1);
}
