#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/inference.hpp"
#include "predict/answer.hpp"
#include "predict/predict_input.hpp"

namespace mlpctl::app {

/// What a picture is put through before the net sees it.
enum class Preparation {
  kDigit,    ///< find the digit and bring it to MNIST's form
  kDigits,   ///< the same for every digit on a sheet
  kReduced,  ///< 28x28 grey and nothing else, for models of other things than digits
  kExact,    ///< pictures of 28x28 as they are
};

/// A picture read and prepared, its digits not yet named. Never throws: an unreadable picture is an
/// answer with an error.
Answer prepare(const PredictInput& input, Preparation preparation);

/// Fills in what the net says about every digit of the answers, in one batch.
void classify(std::vector<Answer>& answers, const Inference& inference);

}  // namespace mlpctl::app
