#include "train/schedule.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

namespace {

using namespace mlpctl::train;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

Schedule schedule(ScheduleKind kind, double warmup) {
  TrainOptions options;
  options.epochs = 10;
  options.learning_rate = 0.1;
  options.schedule = kind;
  options.warmup = warmup;
  return {options, 10};
}

}  // namespace

TEST_CASE("a constant rate stays after its warm-up") {
  const Schedule rates = schedule(ScheduleKind::kConstant, 0.5);
  CHECK_THAT(rates.rate(0), WithinRel(0.1 / 6, 1e-9));
  CHECK_THAT(rates.rate(4), WithinRel(0.5 / 6, 1e-9));
  CHECK(rates.rate(5) == 0.1);
  CHECK(rates.rate(99) == 0.1);
  CHECK(schedule(ScheduleKind::kConstant, 0).rate(0) == 0.1);
}

TEST_CASE("a cosine falls from the peak to zero") {
  const Schedule rates = schedule(ScheduleKind::kCosine, 0);
  CHECK(rates.rate(0) == 0.1);
  CHECK_THAT(rates.rate(50), WithinRel(0.05, 1e-9));
  CHECK_THAT(rates.rate(100), WithinAbs(0, 1e-9));
  CHECK(rates.rate(99) > 0);
  CHECK_THAT(schedule(ScheduleKind::kCosine, 2).rate(60), WithinRel(0.05, 1e-9));
}

TEST_CASE("a straight line falls from the peak to zero") {
  const Schedule rates = schedule(ScheduleKind::kLinear, 2);
  CHECK(rates.rate(20) == 0.1);
  CHECK_THAT(rates.rate(40), WithinRel(0.075, 1e-9));
  CHECK_THAT(rates.rate(99), WithinRel(0.00125, 1e-9));
  CHECK_THAT(rates.rate(100), WithinAbs(0, 1e-9));
}

TEST_CASE("a course that starts late lies over what is left") {
  TrainOptions options;
  options.epochs = 4;
  options.learning_rate = 0.1;
  options.warmup = 1;
  options.course_start = 20;
  for (const auto kind : {ScheduleKind::kCosine, ScheduleKind::kLinear, ScheduleKind::kOneCycle}) {
    options.schedule = kind;
    TrainOptions shorter = options;
    shorter.epochs = 2;
    shorter.course_start = 0;
    for (const std::int64_t step : {0, 1, 5, 9, 10, 19}) {
      CHECK(Schedule(options, 10).rate(20 + step) == Schedule(shorter, 10).rate(step));
    }
  }
  options.schedule = ScheduleKind::kCosine;
  options.course_start = 39;
  CHECK(Schedule(options, 10).rate(39) > 0.05);
}

TEST_CASE("one cycle has the rates of OneCycleLR") {
  // torch.optim.lr_scheduler.OneCycleLR(SGD(lr=1), max_lr=0.1, total_steps=100), PyTorch 2.13.
  const Schedule rates = schedule(ScheduleKind::kOneCycle, 0);
  CHECK_THAT(rates.rate(0), WithinRel(0.004, 1e-9));
  CHECK_THAT(rates.rate(29), WithinRel(0.1, 1e-9));
  CHECK_THAT(rates.rate(99), WithinRel(4e-7, 1e-6));
}

TEST_CASE("an epoch's order is a permutation of its own") {
  const auto order_of = [](std::uint64_t seed, std::int64_t epoch, bool shuffle) {
    TrainOptions options;
    options.seed = seed;
    options.shuffle = shuffle;
    return epoch_order(options, 1000, epoch);
  };
  auto order = order_of(7, 3, true);
  CHECK(order == order_of(7, 3, true));
  CHECK(order != order_of(7, 4, true));
  CHECK(order != order_of(8, 3, true));
  std::sort(order.begin(), order.end());
  CHECK(order == order_of(7, 3, false));
}
