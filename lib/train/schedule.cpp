#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/random.hpp"

namespace mlpctl::train {
namespace {

/// From `from` at 0 to `to` at 1 along half a cosine.
double anneal(double from, double to, double position) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * position));
}

}  // namespace

Schedule::Schedule(const TrainOptions& options, std::int64_t steps_per_epoch)
    : kind_(options.schedule),
      peak_(options.learning_rate),
      warmup_steps_(options.warmup * static_cast<double>(steps_per_epoch)),
      total_steps_(static_cast<double>(options.epochs) * static_cast<double>(steps_per_epoch)),
      start_(options.course_start) {
  if (start_ == 0) return;
  total_steps_ = std::max(1.0, total_steps_ - static_cast<double>(start_));
  warmup_steps_ = std::min(warmup_steps_, total_steps_ / 2);
}

double Schedule::rate(std::int64_t step) const {
  const auto position = static_cast<double>(step - start_);
  if (kind_ == ScheduleKind::kOneCycle) return one_cycle(position);
  if (position < warmup_steps_) return peak_ * (position + 1) / (warmup_steps_ + 1);
  if (kind_ == ScheduleKind::kConstant) return peak_;
  const double rest = std::max(1.0, total_steps_ - warmup_steps_);
  const double done = std::min(1.0, (position - warmup_steps_) / rest);
  return kind_ == ScheduleKind::kLinear ? peak_ * (1 - done) : anneal(peak_, 0, done);
}

double Schedule::one_cycle(double step) const {
  constexpr double kRising = 0.3, kStartDivisor = 25, kEndDivisor = 1e4;
  const double start = peak_ / kStartDivisor, end = start / kEndDivisor;
  const double summit = kRising * total_steps_ - 1, last = total_steps_ - 1;
  if (step <= summit) return anneal(start, peak_, step / summit);
  return anneal(peak_, end, std::min(1.0, (step - summit) / (last - summit)));
}

std::vector<std::int64_t> epoch_order(const TrainOptions& options, std::int64_t count,
                                      std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (options.shuffle) {
    // Streams from here on; the first ones make the initial weights from the same seed.
    constexpr std::uint64_t kFirstStream = 1ULL << 32U;
    Random random(options.seed, kFirstStream + static_cast<std::uint64_t>(epoch));
    shuffle(order, random);
  }
  return order;
}

}  // namespace mlpctl::train
