#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "image/picture.hpp"
#include "read/judge.hpp"

namespace mlpctl::app {

/// What a picture's 28x28 pixels are chosen for, where there are several ways to see it.
enum class Purpose {
  kMeasure,  ///< as predict sees it; the network answers
  kTeach,    ///< what agrees best with the label by the network, the likeliest by shape without one
};

/// How a set's pictures are brought to the net's form.
struct SetPreparation {
  digits::Preparation preparation = digits::Preparation::kDigit;
  Purpose purpose = Purpose::kMeasure;
  digits::Network network;
  int threads = 1;
};

/// A set as a net takes it, in memory, and what of it could not be brought there.
struct PreparedSet {
  data::Dataset set;
  /// For each of these a sentence that names it.
  std::vector<std::string> left_out = {};
};

/// A picture of the set as the file of its own that it has not.
image::Picture picture_in(const data::Dataset& set, std::size_t index);

/// Prepares every picture of a set that is not prepared, on several threads; others pass as they
/// are. Pictures that cannot be read, and those in which not one digit is found, are left out.
PreparedSet prepare_set(data::Dataset set, const SetPreparation& how);

}  // namespace mlpctl::app
