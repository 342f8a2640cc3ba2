#include "train/thread_choice.hpp"

#include <algorithm>

namespace mlpctl::train {

void ThreadChoice::Typical::add(double step) {
  constexpr double kLeastShare = 0.1;
  ++steps;
  if (steps > 1) step = std::min(step, 2 * seconds);
  seconds += std::max(1.0 / steps, kLeastShare) * (step - seconds);
}

void ThreadChoice::record(double seconds) {
  if (most_ == 1) return;
  if (!switched_) (shares() ? shared_ : alone_).add(seconds);
  switched_ = false;
  if (--steps_left_ > 0) return;
  const bool shared = shares();
  if (trying_other_) {
    finish_trial();
    steps_left_ = interval_;
  } else {
    // What the other took an age ago does not count.
    (prefers_sharing_ ? alone_ : shared_) = {};
    steps_left_ = kTrial;
  }
  trying_other_ = !trying_other_;
  switched_ = shares() != shared;
}

void ThreadChoice::finish_trial() {
  const bool sharing_is_faster = shared_.seconds < kWorth * alone_.seconds;
  interval_ = sharing_is_faster == prefers_sharing_ ? std::min(2 * interval_, kLongestInterval)
                                                    : kFirstInterval;
  prefers_sharing_ = sharing_is_faster;
}

}  // namespace mlpctl::train
