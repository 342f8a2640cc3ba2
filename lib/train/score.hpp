#pragma once

#include "model/parameters.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

struct Score {
  /// Mean cross-entropy in nats.
  double loss;
  double accuracy;
};

/// How well the parameters answer the examples.
Score score(const model::Parameters& parameters, const Examples& examples, int threads);

}  // namespace mlpctl::train
