#pragma once

#include "base/random.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

/// Of the pictures of the digit `label` (0 to 9) the share to write in another style where about
/// `share` of all digits are: more of a digit that is written in many ways, by the square root of
/// their number, so that each way is seen about as often as another's.
float share_in_styles(float share, int label);

/// Writes the digit `label` (0 to 9) anew on the canvas, in one of the ways in which it is taught
/// and written that MNIST's writers hardly have: crossed noughts, flagged and footed ones, looped
/// twos, open fours, fives with their bar apart, curled sixes, wavy and barred sevens, hooked
/// nines. As wide as tall as hands differ, by a pen of MNIST's widths; centred as MNIST is.
void write_in_style(Canvas& canvas, int label, Random& random);

}  // namespace mlpctl::train
