#pragma once

#include "base/random.hpp"
#include "train/augment/warp.hpp"

namespace mlpctl::train {

// MNIST's writers went to school in the United States. Elsewhere a 1 begins with an upstroke, which
// a net that never saw one reads as a 4, 7 or 9, a 7 wears a bar, and a 9's tail turns left, which
// is then read as a 3.

/// Gives a 1 an upstroke to the left of its tip, and now and then a foot; then moves it so that
/// its ink is centred where it was.
void write_upstroke(Canvas& one, Random& random);

/// Crosses a 7 about halfway down.
void write_bar(Canvas& seven, Random& random);

/// Turns the end of a 9's tail to the left, and a little up.
void write_tail(Canvas& nine, Random& random);

}  // namespace mlpctl::train
