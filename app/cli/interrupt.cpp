#include "cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>

#include "base/atomic_file.hpp"

namespace mlpctl::app {
namespace {

std::atomic<int> received{0};
std::atomic<bool> deferred{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal_number) {
  int none = 0;
  if (deferred && received.compare_exchange_strong(none, signal_number)) return;
  remove_open_temporaries();
  _exit(128 + signal_number);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  // Also where a shell script started us in the background with SIGINT ignored: `kill -INT` is then
  // the way to end a training and keep its work.
  for (const int signal_number : {SIGINT, SIGTERM}) sigaction(signal_number, &action, nullptr);
}

const std::atomic<int>& defer_interrupts() {
  deferred = true;
  return received;
}

}  // namespace mlpctl::app
