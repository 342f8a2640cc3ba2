#include "thread/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace mlpctl {
namespace {

using Task = std::function<void(std::int64_t)>;

// A task that itself asks for threads runs its loop alone: the pool is busy with its caller.
thread_local bool inside_a_task = false;

// How often the caller looks for the end of the last tasks before it sleeps: some 30 microseconds,
// the length of a short task and of a wake-up.
constexpr int kLooks = 1000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Sleeping workers: threads that spin would steal the core of whatever else runs on the machine.
class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  void run(std::int64_t count, int threads, const Task& task) {
    const std::lock_guard<std::mutex> one_at_a_time(caller_);
    const std::uint32_t generation = begin(count, threads, task);
    work(generation);
    for (int look = 0; look < kLooks && unfinished_.load() != 0; ++look) relax();
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [&] { return unfinished_.load() == 0; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  Pool() = default;
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    started_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  std::uint32_t begin(std::int64_t count, int threads, const Task& task) {
    const std::lock_guard lock(mutex_);
    const std::uint32_t generation = ++generation_;
    // No index is on offer while the fields change, or a late worker could take one of the last
    // run.
    ticket_ = std::uint64_t{generation} << 32U | 0xFFFFFFFFU;
    count_ = count;
    task_ = &task;
    threads_ = threads;
    unfinished_ = count;
    ticket_ = std::uint64_t{generation} << 32U;
    while (static_cast<int>(workers_.size()) < threads - 1) {
      const int index = static_cast<int>(workers_.size()) + 1;
      workers_.emplace_back([this, index, seen = generation - 1] { serve(index, seen); });
    }
    started_.notify_all();
    return generation;
  }

  void serve(int index, std::uint32_t seen) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        started_.wait(lock, [&] { return stop_ || generation_ != seen; });
        if (stop_) return;
        seen = generation_;
        if (index >= threads_) continue;
      }
      work(seen);
    }
  }

  /// The next index of this generation, or -1. While the task that it names is unfinished, the
  /// generation cannot end, so its fields stay valid.
  std::int64_t take(std::uint32_t generation) {
    std::uint64_t ticket = ticket_.load();
    for (;;) {
      const auto index = static_cast<std::int64_t>(ticket & 0xFFFFFFFFU);
      if (ticket >> 32U != generation || index >= count_.load()) return -1;
      if (ticket_.compare_exchange_weak(ticket, ticket + 1)) return index;
    }
  }

  void work(std::uint32_t generation) {
    inside_a_task = true;
    for (std::int64_t index = take(generation); index >= 0; index = take(generation)) {
      try {
        (*task_)(index);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
      if (unfinished_.fetch_sub(1) == 1) {
        const std::lock_guard lock(mutex_);
        finished_.notify_one();
      }
    }
    inside_a_task = false;
  }

  std::mutex caller_, mutex_;
  std::condition_variable started_, finished_;
  std::vector<std::thread> workers_;
  const Task* task_ = nullptr;
  std::atomic<std::uint64_t> ticket_ = 0;  // the generation above, the next index below
  std::atomic<std::int64_t> count_ = 0, unfinished_ = 0;
  std::uint32_t generation_ = 0;
  int threads_ = 0;
  bool stop_ = false;
  std::exception_ptr failure_;
};

}  // namespace

void parallel_tasks(std::int64_t count, int threads, const Task& task) {
  if (threads > 1 && count > 1 && !inside_a_task) {
    Pool::instance().run(count, static_cast<int>(std::min<std::int64_t>(count, threads)), task);
    return;
  }
  for (std::int64_t index = 0; index < count; ++index) task(index);
}

void parallel_for(std::int64_t count, int threads,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  const std::int64_t parts = std::min<std::int64_t>(count, std::max(threads, 1));
  parallel_tasks(parts, static_cast<int>(parts), [&](std::int64_t part) {
    body(count * part / parts, count * (part + 1) / parts);
  });
}

}  // namespace mlpctl
