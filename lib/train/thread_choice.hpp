#pragma once

#include <cstdint>

namespace mlpctl::train {

/// Chooses between all threads and one by the time that steps took. Sharing a step pays on a quiet
/// machine, but beside a process that keeps a core busy every step waits for the thread that shares
/// it. For work whose results do not depend on the number of threads.
class ThreadChoice {
 public:
  explicit ThreadChoice(int most) : most_(most) {}

  /// The number of threads for the coming step.
  int threads() const { return shares() ? most_ : 1; }
  /// Tells how long the step that threads() was for took, by picture, so that a smaller last batch
  /// does not count as fast.
  void record(double seconds);

 private:
  /// The mean time of the last steps, some ten of them, with one number of threads. A step counts
  /// for at most twice of it, since a single one may be slow for any reason.
  struct Typical {
    double seconds = 0;
    int steps = 0;
    void add(double step);
  };
  bool shares() const { return prefers_sharing_ != trying_other_; }
  void finish_trial();

  int most_;
  bool prefers_sharing_ = true, trying_other_ = false;
  /// The step is the first with this number of threads, and what it needs lies in other caches.
  bool switched_ = true;
  std::int64_t steps_left_ = kFirstInterval, interval_ = kFirstInterval;
  Typical alone_, shared_;

  /// A trial costs a few steps at the worse choice, so they grow rarer while the choice stays.
  static constexpr std::int64_t kFirstInterval = 16, kLongestInterval = 1024, kTrial = 5;
  /// Sharing has to save this much, because it takes another core.
  static constexpr double kWorth = 0.92;
};

}  // namespace mlpctl::train
