#include "thread/pipeline.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <latch>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/faulty_system.hpp"

using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

namespace {

using Pipeline = mlpctl::Pipeline<int, int>;

/// The numbers from 0 to below the end.
Pipeline::Source counting(int end) {
  return [end, next = 0]() mutable { return next < end ? std::optional(next++) : std::nullopt; };
}

int square(int value) {
  return value * value;
}

std::vector<int> all(Pipeline& pipeline) {
  std::vector<int> results;
  while (const std::optional<int> result = pipeline.next()) results.push_back(*result);
  return results;
}

const std::vector<int> kSquares{0, 1, 4, 9, 16, 25, 36, 49, 64, 81};

}  // namespace

TEST_CASE("results come in the order of the items, whichever thread made them") {
  for (const int threads : {1, 2, 5}) {
    for (const std::size_t ahead : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
      Pipeline pipeline(counting(10), square, threads, ahead);
      CHECK(all(pipeline) == kSquares);
      CHECK_FALSE(pipeline.next());
      CHECK_FALSE(pipeline.ready());
    }
  }
}

TEST_CASE("a later item that is done first waits for its turn") {
  std::latch second_done(1);
  Pipeline pipeline(
      counting(2),
      [&](int value) {
        value == 0 ? second_done.wait() : second_done.count_down();
        return value;
      },
      2, 2);
  CHECK(all(pipeline) == std::vector<int>{0, 1});
}

TEST_CASE("no more items are begun than may be ahead of the owner") {
  std::atomic<int> begun = 0;
  std::latch three(3);
  Pipeline pipeline(
      counting(100),
      [&](int value) {
        if (++begun <= 3) three.count_down();
        return value;
      },
      4, 3);
  three.wait();
  CHECK(begun == 3);
  CHECK(pipeline.next() == 0);
  CHECK(begun <= 4);
  CHECK(all(pipeline).size() == 99);
}

TEST_CASE("a result is given while the source waits, and the end does not wait for the source") {
  struct Gate {
    std::latch opened{1}, left{1};
  };
  const auto gate = std::make_shared<Gate>();
  {
    Pipeline pipeline(
        [gate, next = 0]() mutable -> std::optional<int> {
          if (next < 2) return next++;
          gate->opened.wait();
          gate->left.count_down();
          return 2;
        },
        square, 3, 8);
    CHECK(pipeline.next() == 0);
    CHECK(pipeline.next() == 1);
    CHECK_FALSE(pipeline.ready());
  }
  gate->opened.count_down();
  gate->left.wait();
}

TEST_CASE("what work throws takes the place of its result and the others are given") {
  Pipeline pipeline(
      counting(4),
      [](int value) {
        if (value == 1) throw std::runtime_error("work");
        return value;
      },
      2, 4);
  CHECK(pipeline.next() == 0);
  CHECK_THROWS_AS(pipeline.next(), std::runtime_error);
  CHECK(all(pipeline) == std::vector<int>{2, 3});
}

TEST_CASE("what the source throws is thrown after the results before it and ends the pipeline") {
  Pipeline pipeline(
      [next = 0]() mutable -> std::optional<int> {
        if (next == 2) throw std::runtime_error("source");
        return next++;
      },
      square, 2, 4);
  CHECK(pipeline.next() == 0);
  CHECK(pipeline.next() == 1);
  CHECK_THROWS_AS(pipeline.next(), std::runtime_error);
  CHECK_FALSE(pipeline.next());
}

TEST_CASE("a pipeline that is left early waits for what has begun and begins nothing more") {
  std::atomic<int> begun = 0, ended = 0;
  {
    Pipeline pipeline(
        counting(1000),
        [&](int value) {
          ++begun;
          ++ended;
          return value;
        },
        3, 4);
    pipeline.next();
  }
  CHECK(begun == ended);
  CHECK(begun <= 5);
}

TEST_CASE("a pipeline does with the threads that can be started") {
  for (const int started : {0, 1, 2}) {
    FaultySystem system;
    system.fail(Call::kStartThread, 1 + started, EAGAIN, FaultySystem::kForEver);
    Pipeline pipeline(counting(10), square, 3, 4);
    CHECK(all(pipeline) == kSquares);
    CHECK(system.calls(Call::kStartThread) == started + 1);
  }
}

TEST_CASE("without threads an exception is thrown in its turn too") {
  FaultySystem system;
  system.fail(Call::kStartThread, 1, EAGAIN);
  Pipeline pipeline(
      counting(3),
      [](int value) {
        if (value == 1) throw std::runtime_error("work");
        return value;
      },
      1, 4);
  CHECK(pipeline.next() == 0);
  CHECK_FALSE(pipeline.ready());
  CHECK_THROWS_AS(pipeline.next(), std::runtime_error);
  CHECK(pipeline.next() == 2);
  CHECK_FALSE(pipeline.next());
}
