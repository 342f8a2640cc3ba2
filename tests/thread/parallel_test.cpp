#include "thread/parallel.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <vector>

TEST_CASE("every index is visited once, whatever the number of threads") {
  for (const int threads : {1, 2, 3, 7, 50}) {
    std::vector<int> visits(23, 0);
    mlpctl::parallel_for(23, threads, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
    CHECK(visits == std::vector<int>(23, 1));
  }
}

TEST_CASE("an exception of a part reaches the caller and the pool still works") {
  const auto fail = [](std::int64_t begin, std::int64_t) {
    if (begin > 0) throw std::runtime_error("part");
  };
  CHECK_THROWS_AS(mlpctl::parallel_for(4, 4, fail), std::runtime_error);
  std::atomic<int> sum = 0;
  mlpctl::parallel_for(4, 4,
                       [&](std::int64_t begin, std::int64_t) { sum += static_cast<int>(begin); });
  CHECK(sum == 6);
}

TEST_CASE("a loop inside a part runs") {
  std::atomic<int> visits = 0;
  mlpctl::parallel_for(2, 2, [&](std::int64_t, std::int64_t) {
    mlpctl::parallel_for(
        10, 2, [&](std::int64_t b, std::int64_t e) { visits += static_cast<int>(e - b); });
  });
  CHECK(visits == 20);
}

TEST_CASE("every task runs once over many short runs") {
  std::vector<std::atomic<int>> visits(50);
  for (int run = 0; run < 2000; ++run) {
    mlpctl::parallel_tasks(50, 1 + run % 4,
                           [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
  }
  for (const auto& count : visits) CHECK(count == 2000);
}
