#include "read/candidates.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "image/decode/picture_file.hpp"
#include "image/propose/propose.hpp"
#include "image/propose/ready_digit.hpp"

namespace mlpctl::digits {
namespace {

/// One line of one mark; none where there is no way to read it.
Candidates one_mark(std::vector<image::Reading> readings) {
  if (readings.empty()) return {};
  Candidates candidates;
  candidates.sheets.emplace_back().lines.emplace_back().push_back(std::move(readings));
  return candidates;
}

Candidates only(image::Digit digit) {
  return one_mark({{.digit = digit, .terms = {.source = image::Source::kReady}}});
}

/// What a picture holds that has no single digit: a row of them, upright, or a page.
Candidates several_in(const image::Picture& picture) {
  Candidates several{.sheets = image::propose_sheet(picture), .row = true};
  std::erase_if(several.sheets, [](const image::ReadableSheet& sheet) {
    std::size_t marks = 0;
    for (const image::ReadableLine& line : sheet.lines) marks += line.size();
    return marks < 2 || (sheet.turns != 0 && sheet.lines.size() < 2);
  });
  return several;
}

Candidates marks_in(const image::Picture& picture, const std::string& name,
                    Preparation preparation) {
  switch (preparation) {
    case Preparation::kDigit: {
      Candidates single = one_mark(image::propose_digit(picture));
      single.may_be_none =
          picture.width != image::kDigitSide || picture.height != image::kDigitSide;
      return single.sheets.empty() ? several_in(picture) : single;
    }
    case Preparation::kSheet:
      return {.sheets = image::propose_sheet(picture)};
    case Preparation::kReduced:
      return only(image::grey_digit(picture));
    case Preparation::kExact:
      break;
  }
  return only(image::exact_digit(picture, name));
}

}  // namespace

image::Resolution resolution_for(Preparation preparation) {
  return preparation == Preparation::kSheet ? image::Resolution::kSheet : image::Resolution::kDigit;
}

Candidates candidates_of(const image::Picture& picture, const std::string& name,
                         Preparation preparation) {
  Candidates candidates = marks_in(picture, name, preparation);
  candidates.sequence = picture.sequence;
  return candidates;
}

Candidates candidates_in(const std::string& path, Preparation preparation) {
  return candidates_of(image::read_picture(path, resolution_for(preparation)), path, preparation);
}

Candidates candidates_in(image::Picture picture, Preparation preparation) {
  picture = image::reduce_to_pixels(std::move(picture), image::kSheetPixels);
  return candidates_of(picture, "the picture", preparation);
}

Candidates turned_sheet(image::Picture picture, int turns, image::SheetLook how) {
  /// What EXIF calls a picture that is to be turned clockwise so often.
  constexpr std::array kOrientations{1, 6, 3, 8};
  const image::Picture turned =
      image::upright(std::move(picture), kOrientations[static_cast<std::size_t>(turns)]);
  Candidates candidates{.sheets = image::propose_sheet(turned, how), .sequence = turned.sequence};
  const image::Box file = image::scaled({0, 0, turned.width, turned.height}, turned.reduction);
  for_each_reading(candidates, [&](image::Reading& reading) {
    image::Box& box = reading.digit.box;
    box = image::turned(box, file.width, file.height, 4 - turns);
  });
  return candidates;
}

Candidates as_it_is(std::span<const std::uint8_t> pixels) {
  image::Digit digit;
  std::copy_n(pixels.begin(), digit.pixels.size(), digit.pixels.begin());
  digit.box = {0, 0, image::kDigitSide, image::kDigitSide};
  return only(digit);
}

}  // namespace mlpctl::digits
