#pragma once

#include <string>
#include <vector>

#include "cli/inference.hpp"
#include "predict/picture_source.hpp"
#include "predict/result.hpp"
#include "predict/thumbnail.hpp"
#include "read/candidates.hpp"

namespace mlpctl::app {

/// A picture whose candidates are known, or why it has none.
struct PreparedPicture {
  PredictInput input;
  std::string error = {};
  digits::Candidates candidates = {};
  image::Picture decoded = {};  ///< as it was read, where that was asked for
  Thumbnail thumbnail = {};     ///< of a file, where that was asked for
};

/// What is kept of a picture beside its candidates.
struct Kept {
  bool decoded = false, thumbnail = false;
};

/// Reads and prepares a picture. Never throws: one that cannot be read has an error.
PreparedPicture prepare(const PredictInput& input, digits::Preparation preparation,
                        const Kept& kept = {});

/// What the net says about each of the pictures, in one batch. They keep what is not about that.
std::vector<Result> answer(std::vector<PreparedPicture>& pictures, const Inference& inference,
                           int threads);

}  // namespace mlpctl::app
