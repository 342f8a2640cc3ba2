#include "image/decode/memory_budget.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

using mlpctl::image::MemoryBudget;

TEST_CASE("threads hold no more than the budget together, and all get their share") {
  constexpr int kAll = 100, kThreads = 4, kRounds = 200;
  MemoryBudget budget(kAll);
  std::atomic<int> held = 0, most = 0, done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < kRounds; ++round) {
          const int wanted = 20 + 15 * i;
          const auto share = budget.take(wanted);
          const int now = held += wanted;
          if (now > most) most = now;
          held -= wanted;
          ++done;
        }
      });
    }
  }
  CHECK(most <= kAll);
  CHECK(done == kThreads * kRounds);
}

TEST_CASE("whoever wants more than the budget gets all of it") {
  MemoryBudget budget(10);
  { const auto share = budget.take(1000); }
  const auto share = budget.take(10);
  SUCCEED();
}
