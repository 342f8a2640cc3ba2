#pragma once

#include <string>

#include "model/parameters.hpp"

namespace mlpctl::app {

/// The convolution's five kernels of 3x3 side by side, as a PNG in a data: URI: blue is negative,
/// white 0, red positive, each kernel with its own largest value as the end of the scale.
std::string kernel_picture(const model::ParameterViews& parameters);

/// The 300 maps of 28x28 weights that the convolution and the first linear layer are together, 25
/// in a row, each with a rim of one pixel at its right and below, coloured in the same way.
std::string folded_picture(const model::ParameterViews& parameters);

}  // namespace mlpctl::app
