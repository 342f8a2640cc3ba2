#pragma once

#include "base/random.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// Makes of a digit's picture one that shows no digit, or not one, as pictures are cut that were
/// taken for a digit by mistake: a half of it, it beside or above `other`, remains of lines and
/// frames, scribble, blots and specks, the edge of a shadow, blank paper. In MNIST's form: the
/// longest side 20 pixels, centred by its mass.
void write_nondigit(Canvas& canvas, const Canvas& other, Random& random);

}  // namespace mlpctl::train
