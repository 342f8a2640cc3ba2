#pragma once

#include <vector>

#include "image/picture.hpp"

namespace mlpctl::image {

/// What lies within the frame of a small picture that was cut out of a table, by dark lines on
/// light paper or the other way round; in pixels of the picture. A line goes along one side at
/// least, and may be slanted a little; what it crosses is cut off with it. None where no line goes
/// along a side.
std::vector<Box> insides_of_frames(const Picture& picture);

/// Whether what lies in the box touches a side along which the inside of the picture is cut.
bool is_cut(const Box& box, const Box& inside, const Picture& picture);

}  // namespace mlpctl::image
