#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace mlpctl::app {

/// From now on Ctrl-C ends the program at once with status 130, and SIGTERM, SIGHUP (unless it is
/// ignored, as under nohup) and SIGXCPU with 143, without leaving temporary files; SIGQUIT dumps
/// its core as ever, without leaving any either. A file that grows too large is an error of the
/// write and no signal.
void catch_interrupts();

/// From now on the first of those only sets the value returned (0 before, then SIGINT or SIGTERM),
/// so that the work can be kept. A second Ctrl-C or SIGTERM ends the program at once; the other two
/// may come several times for one reason, a terminal that closed or a limit that is passed.
const std::atomic<int>& defer_interrupts();

/// While one is there a library may be loaded that takes signals for itself: UCX, which Debian's
/// LibTorch brings, takes SIGHUP, SIGBUS and others. Afterwards each does what it did before.
class KeptSignals {
 public:
  KeptSignals();
  ~KeptSignals();
  KeptSignals(const KeptSignals&) = delete;
  KeptSignals& operator=(const KeptSignals&) = delete;

 private:
  std::array<struct sigaction, NSIG> before_{};
};

}  // namespace mlpctl::app
