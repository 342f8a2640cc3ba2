#pragma once

#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// Cuts pieces in which digits of two lines of writing touch, one below the other: those about
/// twice as tall as usual that have digits of the usual height beside both of their halves. height:
/// the usual height.
void cut_close_lines(Segmentation& segmented, int height);

}  // namespace mlpctl::image
