#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace mlpctl {

/// Threads that sleep until there are tasks, and are kept for the next ones. An interface, so that
/// a shared library with this code within it can run its tasks in the pool of the program.
class Pool {
 public:
  using Task = std::function<void(std::int64_t index)>;

  virtual ~Pool() = default;

  /// Runs task(index) once for every index in [0, count), count below 2^32, handed out one by one
  /// to this thread and to at most threads - 1 of the pool's; fewer where the system has no more. A
  /// thread whose core is taken by another process just gets fewer tasks, and nobody waits for a
  /// thread that has not started one. The first exception thrown by a task is thrown again here,
  /// after the others have ended. A task's own calls of run() go through their indices alone.
  virtual void run(std::int64_t count, int threads, const Task& task) = 0;
  /// The threads started so far.
  virtual int workers() const = 0;
};

/// Tasks that any threads may run, in any order: task(index) for every index in [0, count).
struct SideWork {
  std::int64_t count = 0;
  Pool::Task task = {};
};

/// A pool without threads, which come when they are first asked for.
std::unique_ptr<Pool> make_pool();

/// The one pool of the process, unless use_pool() named another.
Pool& process_pool();

/// From now on process_pool() is this one: the pool of the program that opened this library, which
/// outlives it.
void use_pool(Pool& pool);

/// run() in the pool of the process.
void parallel_tasks(std::int64_t count, int threads, const Pool::Task& task);

/// The same for indices whose data a core's cache may still hold from the last such call: a thread
/// begins with the same part of them each time, as far as the pool wakes threads in the same order,
/// and then takes what others have left.
void parallel_near(std::int64_t count, int threads, const Pool::Task& task);

}  // namespace mlpctl
