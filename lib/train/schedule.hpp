#pragma once

#include <cstdint>
#include <vector>

#include "train/options.hpp"

namespace mlpctl::train {

/// The learning rate of every step of a run; a function of the step alone, so that a resumed run
/// goes on where it was.
class Schedule {
 public:
  Schedule(const TrainOptions& options, std::int64_t steps_per_epoch);

  /// Constant, the half cosine or the straight line down to 0, or PyTorch's OneCycleLR with its
  /// defaults (30 % rising from a 25th, cosine, down to a 250,000th); all others after a linear
  /// warm-up. The whole course lies between options.course_start and the last epoch's end; a
  /// warm-up that takes more than half of a course started late is cut to that.
  double rate(std::int64_t step) const;

 private:
  double one_cycle(double step) const;

  ScheduleKind kind_;
  double peak_, warmup_steps_, total_steps_;
  std::int64_t start_;
};

/// The order in which an epoch sees `count` images: the images' own, or a permutation that is a
/// function of (options.seed, epoch, count).
std::vector<std::int64_t> epoch_order(const TrainOptions& options, std::int64_t count,
                                      std::int64_t epoch);

}  // namespace mlpctl::train
