#pragma once

#include <vector>

#include "image/digit.hpp"

namespace mlpctl::image {

/// Every digit on a sheet, in reading order: a line of writing from left to right, then the next.
/// Lines may slant slightly, touch ruled lines, and hold digits of different sizes. Empty: a blank
/// page.
std::vector<std::vector<Digit>> find_digits(const Picture& picture);

}  // namespace mlpctl::image
