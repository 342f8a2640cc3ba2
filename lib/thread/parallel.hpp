#pragma once

#include <cstdint>
#include <functional>

namespace mlpctl {

/// Runs body(begin, end) over [0, count) cut into at most `threads` consecutive parts, on this
/// thread and threads of a pool that is kept for the next call. The cut depends on (count, threads)
/// alone. The first exception thrown by a part is thrown again here.
void parallel_for(std::int64_t count, int threads,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

/// Runs task(index) once for every index in [0, count), handed out one by one to this thread and to
/// at most threads - 1 of the pool's. A thread whose core is taken by another process just gets
/// fewer tasks, and nobody waits for a thread that has not started one. The first exception thrown
/// by a task is thrown again here, after the others have ended.
void parallel_tasks(std::int64_t count, int threads,
                    const std::function<void(std::int64_t index)>& task);

}  // namespace mlpctl
