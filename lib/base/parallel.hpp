#pragma once

#include <cstdint>
#include <functional>

namespace mlpctl {

/// Runs body(begin, end) over [0, count) cut into at most `threads` consecutive parts, on this
/// thread and threads of a pool that is kept for the next call. The cut depends on (count, threads)
/// alone. The first exception thrown by a part is thrown again here.
void parallel_for(std::int64_t count, int threads,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

/// The processors this process may use: the smaller of its affinity mask and its cgroup's quota
/// (rounded up), at least 1.
int available_cpus();

}  // namespace mlpctl
