#pragma once

#include "base/random.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// Leaves on the picture of a digit what cutting it out may leave there: a line through it, a line
/// or a corner of a frame beside it, a ring around it, scribble over it, or a gap where a line was
/// taken out. It stays that digit, in MNIST's form: all of the ink 20 pixels long, centred by its
/// mass. label: 0 to 9; a one gets nothing that would make it another digit.
void leave_remains(Canvas& digit, int label, Random& random);

}  // namespace mlpctl::train
