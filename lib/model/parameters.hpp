#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/architecture.hpp"

namespace mlpctl::model {

/// The values of the eight entries wherever they lie, each in C order.
using ParameterViews = std::array<std::span<const float>, kEntries.size()>;

/// The values of the eight entries, each in C order, as float32.
struct Parameters {
  /// All zero, each of its entry's size.
  Parameters();
  explicit Parameters(const ParameterViews& values);
  /// No values yet, and no memory for them.
  static Parameters none();

  operator ParameterViews() const;

  std::array<std::vector<float>, kEntries.size()> tensors;

 private:
  explicit Parameters(std::array<std::vector<float>, kEntries.size()> values)
      : tensors(std::move(values)) {}
};

/// The convolution and the first linear layer as one map of the pixels: weight [300,784], bias
/// [300].
struct AffineMap {
  std::vector<float> weight, bias;
};

/// What travels with the parameters so that answers keep their meaning.
struct ModelInfo {
  /// Names of the ten classes; empty: the digits 0 to 9.
  std::vector<std::string> classes;
  /// What a picture is put through before the net sees it: "digit" or "none".
  std::string preprocess = "digit";
  /// A JSON object about where the values come from: data set, settings, seed, accuracy, version.
  /// Empty: unknown.
  std::string training = {};

  bool operator==(const ModelInfo&) const = default;
};

struct Model {
  Parameters parameters;
  ModelInfo info;
};

/// Fresh values with the distribution of PyTorch's defaults for Conv2d and Linear: uniform within
/// 1/sqrt(fan_in), weights and biases alike. A function of the seed alone.
Parameters initial_parameters(std::uint64_t seed);

}  // namespace mlpctl::model
