#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "model/architecture.hpp"

namespace mlpctl::eval {

/// How well the pictures of one class are told from the others.
struct ClassScore {
  /// 0 when there is nothing to divide by: the class was never predicted, or has no pictures.
  double precision = 0, recall = 0, f1 = 0;
  /// How many pictures have this label.
  std::int64_t support = 0;
};

using Confusion = std::array<std::array<std::int64_t, model::kClasses>, model::kClasses>;

/// The answers whose confidence lies in one of kCalibrationBins equal parts of 0 to 1.
struct CalibrationBin {
  /// The sum of their confidences.
  double confidence = 0;
  std::int64_t count = 0, correct = 0;
};
inline constexpr std::size_t kCalibrationBins = 15;

/// The 95 % interval of a share of which `correct` in `count` were seen (Wilson); 0 to 1 for none.
struct Interval {
  double low = 0, high = 1;
};
Interval interval(std::int64_t correct, std::int64_t count);

/// What a model's answers to a labelled set come to; all zero for an empty set.
struct Report {
  std::int64_t count = 0, correct = 0;
  /// Mean cross-entropy in nats.
  double loss = 0;
  /// The share answered right, and its standard error as of a random sample.
  double accuracy = 0, accuracy_error = 0;
  /// Where the share of all such pictures lies with a probability of 95 %.
  Interval accuracy_interval;
  /// Expected calibration error over the bins (Guo et al. 2017).
  double calibration_error = 0;
  std::array<CalibrationBin, kCalibrationBins> bins;
  std::array<ClassScore, model::kClasses> per_class;
  /// confusion[label][answer] counts pictures; the answer is the class of the largest logit.
  Confusion confusion{};
};

/// Collects answers batch by batch.
class Metrics {
 public:
  /// `logits` holds a row of kClasses for each label, one row after the other; labels are below
  /// kClasses.
  void add(std::span<const float> logits, std::span<const std::uint8_t> labels);
  /// Of all that was added so far.
  Report report() const;

 private:
  void add_one(std::span<const float> logits, std::uint8_t label);

  double loss_ = 0;
  std::array<CalibrationBin, kCalibrationBins> bins_;
  Confusion confusion_{};
};

}  // namespace mlpctl::eval
