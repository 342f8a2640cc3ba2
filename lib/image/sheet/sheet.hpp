#pragma once

#include <vector>

#include "image/propose/propose.hpp"

namespace mlpctl::image {

/// A line of writing: for each of its marks, from left to right, the ways to read it, as one digit
/// or as several that touch. The first is the likeliest by its shape; the net may know better.
using ReadableLine = std::vector<std::vector<Reading>>;

/// All that may be digits on a sheet, line by line from the top.
struct ReadableSheet {
  std::vector<ReadableLine> lines;
  /// How often the picture was turned clockwise, by a right angle each time, to see it so. Boxes
  /// are of the picture as it is.
  int turns = 0;
};

/// How much of a sheet is looked at: all of it, or as many lines, the middle ones, as tell whether
/// it holds several digits.
enum class SheetLook { kWhole, kGlance };

/// The ways to see a sheet, the likeliest first. Lines may slant slightly, touch ruled lines, and
/// hold digits of different sizes. None that is without a digit: a blank page has no way.
std::vector<ReadableSheet> propose_sheet(const Picture& picture, SheetLook = SheetLook::kWhole);

}  // namespace mlpctl::image
