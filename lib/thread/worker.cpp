#include "thread/worker.hpp"

#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
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

/// Moves this thread to the processor that comes so many after that of `starter` among those that
/// it may use. It may be moved on from there: a thread that begins where its starter works stays
/// there for some milliseconds, and takes turns with it, though another processor is idle.
void begin_beside(int starter, int after) {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (starter < 0 || sched_getaffinity(0, sizeof(usable), &usable) != 0) return;
  std::vector<int> all;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &usable)) all.push_back(cpu);
  }
  const auto at = std::ranges::find(all, starter);
  if (all.size() < 2 || at == all.end()) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(all[static_cast<std::size_t>(at - all.begin() + after) % all.size()], &one);
  if (sched_setaffinity(0, sizeof(one), &one) == 0) sched_setaffinity(0, sizeof(usable), &usable);
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

std::optional<std::jthread> start_worker(std::function<void(std::stop_token)> body, int after) {
  auto begin = [body = std::move(body), starter = sched_getcpu(),
                after](const std::stop_token& stop) {
    begin_beside(starter, after);
    body(stop);
  };
  std::optional<std::jthread> worker = system_calls().start_thread(std::move(begin));
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
