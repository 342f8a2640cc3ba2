#include "base/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mlpctl {
namespace {

using Body = std::function<void(std::int64_t, std::int64_t)>;

// A part that itself calls parallel_for runs its loop alone: the pool is busy with its caller.
thread_local bool inside_a_part = false;

/// Sleeping workers: threads that spin would steal the core of whatever else runs on the machine.
class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  void run(std::int64_t count, int parts, const Body& body) {
    const std::lock_guard<std::mutex> one_at_a_time(caller_);
    begin(count, parts, body);
    work(0);
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [&] { return remaining_ == 0; });
    body_ = nullptr;
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

  void begin(std::int64_t count, int parts, const Body& body) {
    {
      const std::lock_guard lock(mutex_);
      count_ = count;
      parts_ = parts;
      body_ = &body;
      remaining_ = parts;
      ++generation_;
      while (static_cast<int>(workers_.size()) < parts - 1) {
        const int index = static_cast<int>(workers_.size()) + 1;
        workers_.emplace_back([this, index, seen = generation_ - 1] { serve(index, seen); });
      }
    }
    started_.notify_all();
  }

  void serve(int index, std::uint64_t seen) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        started_.wait(lock, [&] { return stop_ || generation_ != seen; });
        if (stop_) return;
        seen = generation_;
        if (index >= parts_) continue;
      }
      work(index);
    }
  }

  void work(int index) {
    inside_a_part = true;
    try {
      (*body_)(count_ * index / parts_, count_ * (index + 1) / parts_);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    inside_a_part = false;
    const std::lock_guard lock(mutex_);
    if (--remaining_ == 0) finished_.notify_one();
  }

  std::mutex caller_, mutex_;
  std::condition_variable started_, finished_;
  std::vector<std::thread> workers_;
  const Body* body_ = nullptr;
  std::int64_t count_ = 0;
  int parts_ = 0, remaining_ = 0;
  std::uint64_t generation_ = 0;
  bool stop_ = false;
  std::exception_ptr failure_;
};

double read_quota(const std::filesystem::path& folder) {
  std::ifstream two(folder / "cpu.max");
  std::string quota;
  double period = 0;
  if (two >> quota >> period && quota != "max") return std::stod(quota) / period;
  std::ifstream one(folder / "cpu.cfs_quota_us"), one_period(folder / "cpu.cfs_period_us");
  double value = 0;
  if (one >> value && one_period >> period && value > 0) return value / period;
  return 1e9;
}

double cgroup_quota() {
  double quota = std::min(read_quota("/sys/fs/cgroup"), read_quota("/sys/fs/cgroup/cpu"));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    std::filesystem::path inner = line.substr(std::min(line.size(), line.rfind(':') + 2));
    for (; !inner.empty(); inner = inner.parent_path()) {
      quota = std::min(quota, read_quota(std::filesystem::path("/sys/fs/cgroup") / inner));
    }
  }
  return quota;
}

}  // namespace

void parallel_for(std::int64_t count, int threads, const Body& body) {
  const int parts = static_cast<int>(std::min<std::int64_t>(count, std::max(threads, 1)));
  if (parts <= 1 || inside_a_part) {
    if (count > 0) body(0, count);
    return;
  }
  Pool::instance().run(count, parts, body);
}

int available_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int affinity = sched_getaffinity(0, sizeof(set), &set) == 0
                           ? CPU_COUNT(&set)
                           : static_cast<int>(std::thread::hardware_concurrency());
  const int quota = static_cast<int>(std::min(std::ceil(cgroup_quota()), 1e6));
  return std::max(1, std::min(affinity, quota));
}

}  // namespace mlpctl
