#pragma once

#include <vector>

#include "image/propose/propose.hpp"

namespace mlpctl::image {

/// A line of writing: for each of its marks, from left to right, the ways to read it, as one digit
/// or as several that touch. The first is the likeliest by its shape; the net may know better.
using ReadableLine = std::vector<std::vector<Reading>>;

/// All that may be digits on a sheet, line by line from the top. Lines may slant slightly, touch
/// ruled lines, and hold digits of different sizes. Empty: a blank page.
std::vector<ReadableLine> propose_sheet(const Picture& picture);

}  // namespace mlpctl::image
