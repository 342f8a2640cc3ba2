#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/decode/picture_file.hpp"
#include "image/sheet/sheet.hpp"

namespace mlpctl::digits {

/// What a picture is put through before the net sees it.
enum class Preparation {
  kDigit,    ///< find the digit and bring it to MNIST's form
  kSheet,    ///< the same for every digit on a sheet
  kReduced,  ///< 28x28 grey and nothing else, for models of other things than digits
  kExact,    ///< pictures of 28x28 as they are
};

/// All that a picture may hold before a net has seen it: the ways to see it, each with lines of
/// marks, for each mark the ways to read it, and the digits of each reading.
struct Candidates {
  std::vector<image::ReadableSheet> sheets;
  /// Whether they were looked for as a sheet's because no single digit was found.
  bool row = false;
  /// Whether the picture may turn out to hold no digit. One of the net's own size is answered,
  /// whatever it looks like.
  bool may_be_none = false;
  /// Of the file: what of it was looked at is its first picture.
  image::Sequence sequence = {};
};

/// The candidates of a picture file. Throws Error for one that cannot be read or prepared.
Candidates candidates_in(const std::string& path, Preparation preparation);

/// The same in two steps: at which resolution the file is to be read, and what is in the picture
/// that was read so.
image::Resolution resolution_for(Preparation preparation);
Candidates candidates_of(const image::Picture& picture, const std::string& name,
                         Preparation preparation);

/// The sheet of a picture that is turned clockwise, by a right angle each time, before its digits
/// are looked for, as all sides show them then. Boxes are of the picture as it is.
Candidates turned_sheet(image::Picture picture, int turns, image::SheetLook how);

/// The candidates of a picture in memory, whole as read_picture() would give it at full resolution.
Candidates candidates_in(image::Picture picture, Preparation preparation);

/// A picture of 28x28 that is what the net sees, as data sets hold them.
Candidates as_it_is(std::span<const std::uint8_t> pixels);

/// Calls visit(reading) for every reading, in the order of sheets, lines and marks.
template <typename AnyCandidates, typename Visit>
void for_each_reading(AnyCandidates& candidates, const Visit& visit) {
  for (auto& sheet : candidates.sheets) {
    for (auto& line : sheet.lines) {
      for (auto& mark : line) {
        for (auto& reading : mark) {
          visit(reading);
        }
      }
    }
  }
}

}  // namespace mlpctl::digits
