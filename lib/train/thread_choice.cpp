#include "train/thread_choice.hpp"

#include <algorithm>

namespace mlpctl::train {

void ThreadChoice::Typical::add(double step) {
  constexpr double kShare = 0.25;
  seconds = seconds == 0 ? step : seconds + kShare * (std::min(step, 2 * seconds) - seconds);
}

void ThreadChoice::took(double seconds) {
  if (most_ == 1) return;
  (shares() ? shared_ : alone_).add(seconds);
  if (--steps_left_ > 0) return;
  if (trying_other_) {
    finish_trial();
    steps_left_ = interval_;
  } else {
    // What the other took an age ago does not count.
    (prefers_sharing_ ? alone_ : shared_) = {};
    steps_left_ = kTrial;
  }
  trying_other_ = !trying_other_;
}

void ThreadChoice::finish_trial() {
  const bool sharing_is_faster = shared_.seconds < alone_.seconds;
  interval_ = sharing_is_faster == prefers_sharing_ ? std::min(2 * interval_, kLongestInterval)
                                                    : kFirstInterval;
  prefers_sharing_ = sharing_is_faster;
}

}  // namespace mlpctl::train
