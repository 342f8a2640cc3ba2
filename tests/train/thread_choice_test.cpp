#include "train/thread_choice.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

using mlpctl::train::ThreadChoice;

/// How many of the steps were shared.
int shared_steps(ThreadChoice& choice, int steps, double alone, double shared) {
  int count = 0;
  for (int i = 0; i < steps; ++i) {
    const bool shares = choice.threads() > 1;
    count += shares ? 1 : 0;
    choice.record(shares ? shared : alone);
  }
  return count;
}

}  // namespace

TEST_CASE("the choice follows what the machine does") {
  ThreadChoice choice(2);
  CHECK(shared_steps(choice, 1000, 2e-5, 1e-5) > 960);
  shared_steps(choice, 2000, 2e-5, 6e-5);
  CHECK(shared_steps(choice, 1000, 2e-5, 6e-5) < 20);
  shared_steps(choice, 3000, 2e-5, 1e-5);
  CHECK(shared_steps(choice, 1000, 2e-5, 1e-5) > 960);
}

TEST_CASE("one slow step does not turn the choice") {
  ThreadChoice choice(4);
  shared_steps(choice, 300, 2e-5, 1e-5);
  choice.record(1.0);
  CHECK(shared_steps(choice, 1000, 2e-5, 1e-5) > 960);
}

TEST_CASE("sharing that saves next to nothing is not worth a core") {
  ThreadChoice choice(2);
  shared_steps(choice, 100, 2e-5, 1.95e-5);
  CHECK(shared_steps(choice, 1000, 2e-5, 1.95e-5) < 60);
}

TEST_CASE("a step on cold caches after a change does not count") {
  ThreadChoice choice(2);
  int slow = 0;
  for (int i = 0, before = 2; i < 1000; ++i) {
    const int threads = choice.threads();
    const double usual = threads > 1 ? 2.3e-5 : 2e-5;
    slow += i >= 200 && threads > 1 ? 1 : 0;
    choice.record(threads == before ? usual : 2 * usual);
    before = threads;
  }
  CHECK(slow < 40);
}

TEST_CASE("one thread stays one") {
  ThreadChoice choice(1);
  CHECK(shared_steps(choice, 100, 2e-5, 1e-5) == 0);
}
