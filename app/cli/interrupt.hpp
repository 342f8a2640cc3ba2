#pragma once

#include <atomic>

namespace mlpctl::app {

/// From now on Ctrl-C and SIGTERM end the program at once, with status 130 or 143 and without
/// leaving temporary files.
void catch_interrupts();

/// From now on the first Ctrl-C or SIGTERM only sets the value returned (0 before, then the
/// signal's number), so that the work can be kept; a second one ends the program at once.
const std::atomic<int>& defer_interrupts();

}  // namespace mlpctl::app
