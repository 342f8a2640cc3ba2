#include "thread/awaited.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>

using mlpctl::Awaited;
using mlpctl::GivenUpAtEnd;

TEST_CASE("who waits gets what is given, then and later") {
  Awaited<std::string> word;
  std::string heard;
  std::jthread waiting([&] { heard = *word.wait(); });
  word.give(3, 'a');
  waiting.join();
  CHECK(heard == "aaa");
  word.give_up();
  CHECK(*word.wait() == "aaa");
}

TEST_CASE("who waits for what is given up hears of it") {
  Awaited<int> number;
  const int* heard = nullptr;
  std::jthread waiting([&] { heard = number.wait(); });
  { const GivenUpAtEnd end(number); }
  waiting.join();
  CHECK(heard == nullptr);
}
