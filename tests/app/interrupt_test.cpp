#include "cli/interrupt.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>

namespace mlpctl::app {
namespace {

using Handler = void (*)(int);

Handler handler_of(int signal_number) {
  struct sigaction now {};
  sigaction(signal_number, nullptr, &now);
  return now.sa_handler;
}

void handle_here(int) {}

}  // namespace

TEST_CASE("a library that takes signals does not keep them") {
  const Handler hangup = std::signal(SIGHUP, SIG_IGN);
  const Handler bus = std::signal(SIGBUS, handle_here);
  {
    const KeptSignals signals;
    std::signal(SIGHUP, handle_here);
    std::signal(SIGBUS, SIG_DFL);
    std::signal(SIGUSR1, handle_here);
  }
  CHECK(handler_of(SIGHUP) == SIG_IGN);
  CHECK(handler_of(SIGBUS) == handle_here);
  CHECK(handler_of(SIGUSR1) == SIG_DFL);
  std::signal(SIGHUP, hangup);
  std::signal(SIGBUS, bus);
}

}  // namespace mlpctl::app
