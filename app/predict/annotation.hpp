#pragma once

#include "image/picture.hpp"
#include "mlpctl/digits/answer.hpp"

namespace mlpctl::app {

/// The picture in colour with a box around each digit and its answer beside it, where that hides no
/// other digit and no other answer if there is such a place.
image::Picture annotated(const image::Picture& picture, const digits::Answer& answer);

}  // namespace mlpctl::app
