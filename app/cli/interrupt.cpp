#include "cli/interrupt.hpp"

#include <unistd.h>

#include "base/temporary_file.hpp"

namespace mlpctl::app {
namespace {

std::atomic<int> received{0};
std::atomic<bool> deferred{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

bool may_come_again(int signal_number) {
  return signal_number == SIGHUP || signal_number == SIGXCPU;
}

extern "C" void on_signal(int signal_number) {
  const int meant = signal_number == SIGINT ? SIGINT : SIGTERM;
  int none = 0;
  if (deferred && received.compare_exchange_strong(none, meant)) return;
  if (deferred && may_come_again(signal_number)) return;
  remove_open_temporaries();
  _exit(128 + meant);
}

/// The handler is gone when it runs, so the signal does what it would have done.
extern "C" void on_quit(int signal_number) {
  remove_open_temporaries();
  raise(signal_number);
}

bool is_ignored(int signal_number) {
  struct sigaction now {};
  return sigaction(signal_number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void handle(int signal_number, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | flags;
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

void catch_interrupts() {
  // Also where a shell script started us in the background with SIGINT ignored: `kill -INT` is then
  // the way to end a training and keep its work.
  for (const int signal_number : {SIGINT, SIGTERM, SIGXCPU}) handle(signal_number, on_signal, 0);
  if (!is_ignored(SIGHUP)) handle(SIGHUP, on_signal, 0);
  if (!is_ignored(SIGQUIT)) handle(SIGQUIT, on_quit, static_cast<int>(SA_RESETHAND));
  signal(SIGXFSZ, SIG_IGN);
}

const std::atomic<int>& defer_interrupts() {
  deferred = true;
  return received;
}

// Of SIGKILL and SIGSTOP nothing can be set, which is said and does no harm.
KeptSignals::KeptSignals() {
  for (int i = 1; i < NSIG; ++i) sigaction(i, nullptr, &before_[static_cast<std::size_t>(i)]);
}

KeptSignals::~KeptSignals() {
  for (int i = 1; i < NSIG; ++i) sigaction(i, &before_[static_cast<std::size_t>(i)], nullptr);
}

}  // namespace mlpctl::app
