#pragma once

namespace mlpctl::app {

/// Has freed memory kept for what comes next, each thread's for itself: threads that make and drop
/// many small things would else wait for each other's. Of so many threads, before they start.
void keep_freed_memory(int threads);

/// Has the memory of this thread in large pages, where the system has them. Once a thread does no
/// more than once.
void want_large_pages();

}  // namespace mlpctl::app
