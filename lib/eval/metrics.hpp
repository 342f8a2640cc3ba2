#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "model/architecture.hpp"

namespace mlpctl::eval {

struct ClassScore {
  /// 0 when there is nothing to divide by: the class was never predicted, or has no pictures.
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;
};

struct Report {
  std::int64_t count = 0, correct = 0;
  /// Mean cross-entropy in nats.
  double loss = 0;
  /// The share answered right, and its standard error as of a random sample.
  double accuracy = 0, accuracy_error = 0;
  /// Expected calibration error over 15 equal bins of confidence (Guo et al. 2017).
  double calibration_error = 0;
  std::array<ClassScore, model::kClasses> per_class;
  /// confusion[label][answer].
  std::array<std::array<std::int64_t, model::kClasses>, model::kClasses> confusion{};
};

/// Collects answers batch by batch.
class Metrics {
 public:
  /// Adds a row of kClasses logits for each label.
  void add(std::span<const float> logits, std::span<const std::uint8_t> labels);
  Report report() const;

 private:
  static constexpr std::size_t kBins = 15;
  struct Bin {
    double confidence = 0;
    std::int64_t count = 0, correct = 0;
  };

  void add_one(std::span<const float> logits, std::uint8_t label);

  double loss_ = 0;
  std::array<Bin, kBins> bins_;
  decltype(Report::confusion) confusion_{};
};

}  // namespace mlpctl::eval
