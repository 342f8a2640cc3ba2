#include "thread/worker.hpp"

#include <sched.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/system_calls.hpp"

namespace mlpctl {
namespace {

std::atomic<void (*)()> on_missing{nullptr};

void stay(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

/// The threads that the system counts as ours, 0 where it does not tell.
unsigned long threads_counted() {
  struct stat tasks {};
  return stat("/proc/self/task", &tasks) == 0 ? tasks.st_nlink : 0;
}

/// One that was joined counts a little longer.
void wait_until_counted(unsigned long most) {
  using namespace std::chrono_literals;
  for (int look = 0; look < 1000 && threads_counted() > most; ++look) {
    std::this_thread::sleep_for(100us);
  }
}

}  // namespace

std::optional<std::jthread> start_worker(std::function<void(std::stop_token)> body) {
  std::optional<std::jthread> worker = system_calls().start_thread(std::move(body));
  if (worker) return worker;
  if (auto* const tell = on_missing.exchange(nullptr)) tell();
  return std::nullopt;
}

void be_patient() {
#ifdef SCHED_BATCH
  // Where the system refuses it, the thread works as others do.
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none);
#endif
}

void on_missing_worker(void (*tell)()) {
  on_missing = tell;
}

int threads_to_be_had(int wanted) {
  const unsigned long before = threads_counted();
  std::vector<std::jthread> others;
  while (static_cast<int>(others.size()) + 1 < wanted) {
    std::optional<std::jthread> other = start_worker(stay);
    if (!other) break;
    others.push_back(std::move(*other));
  }
  const int count = static_cast<int>(others.size()) + 1;
  others.clear();
  wait_until_counted(before);
  return count;
}

}  // namespace mlpctl
