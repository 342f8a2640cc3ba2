#include "eval/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace mlpctl::eval {
namespace {

constexpr std::size_t kCount = model::kClasses;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0.0;
}

ClassScore score(const Confusion& confusion, std::size_t digit) {
  std::int64_t support = 0, answered = 0;
  for (std::size_t other = 0; other < kCount; ++other) {
    support += confusion[digit][other];
    answered += confusion[other][digit];
  }
  const auto right = static_cast<double>(confusion[digit][digit]);
  ClassScore result;
  result.precision = ratio(right, static_cast<double>(answered));
  result.recall = ratio(right, static_cast<double>(support));
  result.f1 = ratio(2 * right, static_cast<double>(support + answered));
  result.support = support;
  return result;
}

}  // namespace

Interval interval(std::int64_t correct, std::int64_t count) {
  if (count == 0) return {};
  constexpr double kQuantile = 1.959964;
  const auto n = static_cast<double>(count);
  const double share = static_cast<double>(correct) / n, z = kQuantile * kQuantile / n;
  const double middle = share + z / 2;
  const double half = kQuantile * std::sqrt(share * (1 - share) / n + z / (4 * n));
  // At the ends rounding keeps the quotients from 0 and 1.
  return {correct == 0 ? 0 : (middle - half) / (1 + z),
          correct == count ? 1 : (middle + half) / (1 + z)};
}

void Metrics::add(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    add_one(logits.subspan(i * kCount, kCount), labels[i]);
  }
}

void Metrics::add_one(std::span<const float> logits, std::uint8_t label) {
  const auto best = std::max_element(logits.begin(), logits.end());
  const auto answer = static_cast<std::size_t>(best - logits.begin());
  const double largest = *best;
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  loss_ += std::log(sum) + largest - logits[label];
  ++confusion_[label][answer];

  const double confidence = 1.0 / sum;
  // A confidence of exactly 1 belongs to the last bin; one that is no number, to the first.
  const double position = std::isfinite(confidence) ? confidence * kCalibrationBins : 0.0;
  CalibrationBin& bin = bins_[std::min(static_cast<std::size_t>(position), kCalibrationBins - 1)];
  bin.confidence += confidence;
  ++bin.count;
  bin.correct += answer == label ? 1 : 0;
}

Report Metrics::report() const {
  Report report;
  report.confusion = confusion_;
  for (std::size_t digit = 0; digit < kCount; ++digit) {
    report.per_class[digit] = score(confusion_, digit);
    report.count += report.per_class[digit].support;
    report.correct += confusion_[digit][digit];
  }
  const auto count = static_cast<double>(report.count);
  report.loss = ratio(loss_, count);
  report.accuracy = ratio(static_cast<double>(report.correct), count);
  report.accuracy_error = std::sqrt(ratio(report.accuracy * (1 - report.accuracy), count));
  report.accuracy_interval = interval(report.correct, report.count);
  report.bins = bins_;
  for (const CalibrationBin& bin : bins_) {
    report.calibration_error +=
        ratio(std::abs(static_cast<double>(bin.correct) - bin.confidence), count);
  }
  return report;
}

}  // namespace mlpctl::eval
