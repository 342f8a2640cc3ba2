#pragma once

#include "mlpctl/digits/answer.hpp"
#include "read/candidates.hpp"
#include "read/named_mark.hpp"

namespace mlpctl::digits {

/// What a picture or a sheet holds, seen in one way.
struct Way {
  Answer answer;
  float share = 1;   ///< of the ink, what the least of the whole marks' readings takes
  int places = 1;    ///< see Told: the most of its marks
  float credit = 0;  ///< how well its digits are read, by their widths: see way.cpp
  /// From the opposite side the page convinces nearly as much.
  bool has_rival = false;
  /// To the judge, where a single digit was asked for.
  bool may_be_page = false;
};

/// The width of all digits, in the picture, which is what a way's credit counts by.
float width_of(const Answer& answer);

/// The most convincing way to see a picture; one without digits where there is none. Takes the
/// names of all its readings.
Way most_convincing(const Candidates& picture, Names& names);

}  // namespace mlpctl::digits
