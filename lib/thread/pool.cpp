#include "thread/pool.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "thread/worker.hpp"

namespace mlpctl {
namespace {

// A task that itself asks for threads runs its loop alone: the pool is busy with its caller.
thread_local bool inside_a_task = false;

// How often the caller looks for the end of the last tasks before it sleeps: some 30 microseconds,
// the length of a short task and of a wake-up.
constexpr int kLooks = 1000;

// A thread that could not be started is asked for again after this many runs: soon, and yet at no
// cost beside theirs.
constexpr int kRunsBeforeRetry = 1024;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Its workers sleep while there is nothing to do: threads that spin would steal the core of
/// whatever else runs on the machine.
class SleepingPool : public Pool {
 public:
  SleepingPool() = default;
  SleepingPool(const SleepingPool&) = delete;
  SleepingPool& operator=(const SleepingPool&) = delete;
  ~SleepingPool() override {
    {
      const std::lock_guard lock(mutex_);
      for (std::jthread& worker : workers_) worker.request_stop();
    }
    started_.notify_all();
  }

  void run(std::int64_t count, int threads, const Task& task) override {
    if (threads > 1 && count > 1 && !inside_a_task) {
      share(count, static_cast<int>(std::min<std::int64_t>(count, threads)), task);
      return;
    }
    for (std::int64_t index = 0; index < count; ++index) task(index);
  }

  int workers() const override {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(workers_.size());
  }

 private:
  void share(std::int64_t count, int threads, const Task& task) {
    const std::lock_guard one_at_a_time(caller_);
    const std::uint32_t generation = begin(count, threads, task);
    work(generation);
    for (int look = 0; look < kLooks && unfinished_.load() != 0; ++look) relax();
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [&] { return unfinished_.load() == 0; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  /// Everything that can fail comes before a task is on offer: once it is, run() has to stay until
  /// it has ended.
  std::uint32_t begin(std::int64_t count, int threads, const Task& task) {
    const std::lock_guard lock(mutex_);
    grow(threads - 1);
    const std::uint32_t generation = ++generation_;
    // No index is on offer while the fields change, or a late worker could take one of the last
    // run.
    ticket_ = std::uint64_t{generation} << 32U | 0xFFFFFFFFU;
    count_ = count;
    task_ = &task;
    threads_ = threads;
    unfinished_ = count;
    ticket_ = std::uint64_t{generation} << 32U;
    started_.notify_all();
    return generation;
  }

  void grow(int wanted) {
    if (static_cast<int>(workers_.size()) >= wanted) return;
    if (runs_to_wait_ > 0) {
      --runs_to_wait_;
      return;
    }
    workers_.reserve(static_cast<std::size_t>(wanted));
    while (static_cast<int>(workers_.size()) < wanted) {
      const int index = static_cast<int>(workers_.size()) + 1;
      std::optional<std::jthread> worker =
          start_worker([this, index, seen = generation_](
                           const std::stop_token& stop) { serve(index, seen, stop); },
                       index);
      if (!worker) {
        runs_to_wait_ = kRunsBeforeRetry;
        return;
      }
      workers_.push_back(std::move(*worker));
    }
  }

  void serve(int index, std::uint32_t seen, const std::stop_token& stop) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        started_.wait(lock, [&] { return stop.stop_requested() || generation_ != seen; });
        if (stop.stop_requested()) return;
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

  std::mutex caller_;
  mutable std::mutex mutex_;
  std::condition_variable started_, finished_;
  const Task* task_ = nullptr;
  std::atomic<std::uint64_t> ticket_ = 0;  // the generation above, the next index below
  std::atomic<std::int64_t> count_ = 0, unfinished_ = 0;
  std::uint32_t generation_ = 0;
  int threads_ = 0, runs_to_wait_ = 0;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;  // the last member: they are joined before the others go
};

std::atomic<Pool*> pool_of_the_program{nullptr};

}  // namespace

std::unique_ptr<Pool> make_pool() {
  return std::make_unique<SleepingPool>();
}

Pool& process_pool() {
  if (Pool* const pool = pool_of_the_program.load(std::memory_order_acquire)) return *pool;
  static SleepingPool own;
  return own;
}

void use_pool(Pool& pool) {
  pool_of_the_program = &pool;
}

void parallel_tasks(std::int64_t count, int threads, const Pool::Task& task) {
  process_pool().run(count, threads, task);
}

void parallel_near(std::int64_t count, int threads, const Pool::Task& task) {
  const std::int64_t parts = std::min<std::int64_t>(count, threads);
  std::vector<std::atomic<std::int64_t>> taken(
      static_cast<std::size_t>(std::max<std::int64_t>(parts, 0)));
  const auto drain = [&](std::int64_t part) {
    std::atomic<std::int64_t>& next = taken[static_cast<std::size_t>(part)];
    const std::int64_t first = count * part / parts, end = count * (part + 1) / parts;
    for (std::int64_t i = first + next++; i < end; i = first + next++) task(i);
  };
  parallel_tasks(parts, threads, [&](std::int64_t own) {
    for (std::int64_t k = 0; k < parts; ++k) drain((own + k) % parts);
  });
}

}  // namespace mlpctl
