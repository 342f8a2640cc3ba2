#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

namespace mlpctl {

/// Starts a thread on the processor that comes `after` so many behind the starter's: a team's
/// threads give 1, 2, and so on. Nothing where the system has none left: whoever asks does with
/// fewer, and the first time the function of on_missing_worker() is called.
std::optional<std::jthread> start_worker(std::function<void(std::stop_token)> body, int after = 1);

/// From now on this thread, when it wakes, waits for a core that another works on instead of taking
/// it: for what is done ahead of time.
void be_patient();

/// What is called, by any thread, when one could not be started: once, for the others will not be
/// either.
void on_missing_worker(void (*tell)());

/// How many of the threads wanted the system has at this moment, the one that asks included. For
/// libraries that end the process where they cannot start theirs.
int threads_to_be_had(int wanted);

}  // namespace mlpctl
