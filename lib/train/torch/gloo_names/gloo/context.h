#pragma once

// LibTorch's wheels have Gloo within libtorch_cpu, but not its headers. These name, and no more, what
// c10d's ProcessGroupGloo.hpp says of Gloo: all of it stands behind pointers there.
#include <chrono>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};
}  // namespace gloo
