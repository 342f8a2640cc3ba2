#pragma once

#include <atomic>

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

}  // namespace mlpctl::app
