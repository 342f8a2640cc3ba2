#pragma once

#include <vector>

#include "image/propose/digit.hpp"

namespace mlpctl::image {

/// The ways to read a mark of ink: as these digits or as those, where it may be a wide digit or
/// several that touch. The first is the likeliest by its shape; the net may know better.
using Readings = std::vector<std::vector<Digit>>;

/// Every digit on a sheet, in reading order: a line of writing from left to right, then the next.
/// Lines may slant slightly, touch ruled lines, and hold digits of different sizes. Empty: a blank
/// page.
std::vector<std::vector<Readings>> find_digits(const Picture& picture);

}  // namespace mlpctl::image
