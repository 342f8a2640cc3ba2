#include "eval/metrics.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

using Catch::Matchers::WithinAbs;
using mlpctl::eval::Metrics;

namespace {

/// A row of logits whose answer is `digit` with the given probability, the rest shared evenly.
std::vector<float> row(std::size_t digit, double probability) {
  std::vector<float> logits(10, 0.0F);
  logits[digit] = static_cast<float>(std::log(9 * probability / (1 - probability)));
  return logits;
}

void add(Metrics& metrics, std::size_t answer, double probability, std::uint8_t label) {
  metrics.add(row(answer, probability), std::span(&label, 1));
}

}  // namespace

TEST_CASE("accuracy and loss and confusion of four known answers") {
  Metrics metrics;
  add(metrics, 3, 0.9, 3);
  add(metrics, 3, 0.9, 3);
  add(metrics, 3, 0.9, 5);
  add(metrics, 7, 0.5, 7);
  const auto report = metrics.report();
  CHECK(report.count == 4);
  CHECK(report.correct == 3);
  CHECK(report.accuracy == 0.75);
  CHECK_THAT(report.accuracy_error, WithinAbs(std::sqrt(0.75 * 0.25 / 4), 1e-12));
  const double loss = -(2 * std::log(0.9) + std::log(0.1 / 9) + std::log(0.5)) / 4;
  CHECK_THAT(report.loss, WithinAbs(loss, 1e-6));
  CHECK(report.confusion[3][3] == 2);
  CHECK(report.confusion[5][3] == 1);
  CHECK(report.confusion[7][7] == 1);
}

TEST_CASE("precision and recall and f1 follow the confusion matrix") {
  Metrics metrics;
  add(metrics, 1, 0.9, 1);
  add(metrics, 1, 0.9, 2);
  add(metrics, 2, 0.9, 2);
  add(metrics, 2, 0.9, 2);
  const auto report = metrics.report();
  CHECK(report.per_class[1].precision == 0.5);
  CHECK(report.per_class[1].recall == 1.0);
  CHECK_THAT(report.per_class[1].f1, WithinAbs(2.0 / 3, 1e-12));
  CHECK(report.per_class[2].precision == 1.0);
  CHECK_THAT(report.per_class[2].recall, WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(report.per_class[2].f1, WithinAbs(0.8, 1e-12));
  CHECK(report.per_class[2].support == 3);
}

TEST_CASE("a class that never occurs scores zero and nothing is divided by zero") {
  Metrics metrics;
  const auto empty = metrics.report();
  CHECK(empty.accuracy == 0);
  CHECK(empty.loss == 0);
  add(metrics, 0, 0.9, 0);
  const auto report = metrics.report();
  CHECK(report.per_class[9].f1 == 0);
  CHECK(report.per_class[9].support == 0);
}

TEST_CASE("the calibration error is the gap between confidence and accuracy in each bin") {
  Metrics metrics;
  for (int i = 0; i < 8; ++i) add(metrics, 4, 0.9, i < 4 ? 4 : 5);  // 0.9 said and 0.5 right
  for (int i = 0; i < 2; ++i) add(metrics, 6, 0.5, i < 1 ? 6 : 5);  // 0.5 said and 0.5 right
  CHECK_THAT(metrics.report().calibration_error, WithinAbs(0.8 * 0.4, 1e-6));
}

TEST_CASE("huge logits give a finite loss and no number gives none") {
  Metrics metrics;
  add(metrics, 2, 0.5, 2);
  std::vector<float> logits(10, -1e30F);
  logits[1] = 1e30F;
  const std::uint8_t label = 1;
  metrics.add(logits, std::span(&label, 1));
  CHECK(std::isfinite(metrics.report().loss));
  logits[0] = std::numeric_limits<float>::quiet_NaN();
  metrics.add(logits, std::span(&label, 1));
  CHECK_FALSE(std::isfinite(metrics.report().loss));
  CHECK(metrics.report().count == 3);
}

TEST_CASE("the interval of a share is Wilson's") {
  using mlpctl::eval::interval;
  // Values of R: prop.test(correct, count, correct = FALSE)$conf.int
  CHECK_THAT(interval(9923, 10000).low, WithinAbs(0.99038, 1e-5));
  CHECK_THAT(interval(9923, 10000).high, WithinAbs(0.99383, 1e-5));
  CHECK_THAT(interval(0, 10).high, WithinAbs(0.27753, 1e-5));
  CHECK(interval(0, 10).low == 0);
  CHECK(interval(200, 200).high == 1);
  CHECK(interval(0, 0).low == 0);
  CHECK(interval(0, 0).high == 1);
}

TEST_CASE("the bins hold every answer once") {
  Metrics metrics;
  add(metrics, 3, 0.9, 3);
  add(metrics, 3, 0.9, 5);
  add(metrics, 7, 0.5, 7);
  const auto bins = metrics.report().bins;
  CHECK(bins[13].count == 2);
  CHECK(bins[13].correct == 1);
  CHECK_THAT(bins[13].confidence, WithinAbs(1.8, 1e-5));
  CHECK(bins[7].count == 1);
}

TEST_CASE(
    "the interval of the accuracy is Wilson's, also of a few pictures and where all are right") {
  Metrics metrics;
  for (int i = 0; i < 20; ++i) add(metrics, 3, 0.9, 3);
  // statsmodels.stats.proportion.proportion_confint(20, 20, method="wilson") and (19, 20).
  CHECK_THAT(metrics.report().accuracy_interval.low, WithinAbs(0.838875, 1e-6));
  CHECK_THAT(metrics.report().accuracy_interval.high, WithinAbs(1, 1e-12));
  Metrics others;
  for (int i = 0; i < 20; ++i) add(others, 3, 0.9, i == 0 ? 5 : 3);
  CHECK_THAT(others.report().accuracy_interval.low, WithinAbs(0.763869, 1e-6));
  CHECK_THAT(others.report().accuracy_interval.high, WithinAbs(0.991119, 1e-6));
}
