#include "predict/annotation.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace mlpctl::app {
namespace {

/// The ten digits, five columns by seven rows, a row in the low bits of each number.
constexpr std::array<std::array<std::uint8_t, 7>, 10> kGlyphs{{
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F},
    {0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
}};

using Colour = std::array<std::uint8_t, 3>;
constexpr Colour kBoxColour{220, 30, 30};

void fill(image::Picture& picture, const digits::Box& box, const Colour& colour) {
  for (int y = std::max(0, box.y); y < std::min(picture.height, box.y + box.height); ++y) {
    for (int x = std::max(0, box.x); x < std::min(picture.width, box.x + box.width); ++x) {
      const auto at = static_cast<std::size_t>(y * std::int64_t{picture.width} + x) * 3;
      std::copy(colour.begin(), colour.end(),
                picture.pixels.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
}

void frame(image::Picture& picture, const digits::Box& box, int thick) {
  fill(picture, {box.x - thick, box.y - thick, box.width + 2 * thick, thick}, kBoxColour);
  fill(picture, {box.x - thick, box.y + box.height, box.width + 2 * thick, thick}, kBoxColour);
  fill(picture, {box.x - thick, box.y, thick, box.height}, kBoxColour);
  fill(picture, {box.x + box.width, box.y, thick, box.height}, kBoxColour);
}

/// A digit of 5x7 dots with a rim of one dot.
constexpr int kLabelWidth = 7, kLabelHeight = 9;

void draw_label(image::Picture& picture, const digits::Box& at, int digit) {
  const int dot = at.width / kLabelWidth;
  fill(picture, at, {255, 255, 255});
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 5; ++column) {
      const auto bits = kGlyphs[static_cast<std::size_t>(digit)][static_cast<std::size_t>(row)];
      if ((bits >> (4 - column) & 1) == 0) continue;
      fill(picture, {at.x + (1 + column) * dot, at.y + (1 + row) * dot, dot, dot}, kBoxColour);
    }
  }
}

image::Picture in_colour(const image::Picture& picture) {
  if (picture.channels == 3) return picture;
  image::Picture out = picture;
  out.channels = 3;
  out.pixels.clear();
  for (const std::uint8_t value : picture.pixels) out.pixels.insert(out.pixels.end(), 3, value);
  return out;
}

std::int64_t common_area(const digits::Box& a, const digits::Box& b) {
  const int width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const int height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? std::int64_t{width} * height : 0;
}

/// Where labels may lie around a box, the usual first: above, below, to the right, to the left.
constexpr std::size_t kPlaces = 4;
std::array<digits::Box, kPlaces> places_around(const digits::Box& box, int gap, int dot) {
  const int width = kLabelWidth * dot, height = kLabelHeight * dot;
  return {{{box.x, box.y - gap - height, width, height},
           {box.x, box.y + box.height + gap, width, height},
           {box.x + box.width + gap, box.y, width, height},
           {box.x - gap - width, box.y, width, height}}};
}

/// The first place that lies in the picture and on none of the boxes, each tried in sizes down to
/// half of the largest, then in smaller ones; else that which hides least.
digits::Box free_place(const image::Picture& picture, const digits::Box& box, int gap, int largest,
                       const std::vector<digits::Box>& taken) {
  digits::Box best = places_around(box, gap, 1)[0];
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int most = largest; most > 0; most /= 2) {
    for (std::size_t i = 0; i < kPlaces; ++i) {
      for (int dot = most; 2 * dot > most; --dot) {
        digits::Box place = places_around(box, gap, dot)[i];
        place.x = std::clamp(place.x, 0, std::max(0, picture.width - place.width));
        place.y = std::clamp(place.y, 0, std::max(0, picture.height - place.height));
        std::int64_t hidden = 0;
        for (const digits::Box& other : taken) hidden += common_area(place, other);
        if (hidden == 0) return place;
        if (hidden < least) least = hidden, best = place;
      }
    }
  }
  return best;
}

/// Pixels of a box's line and, at most, of a label's dot.
struct Pen {
  int line, dot;
};

/// To be seen in the whole picture, and no larger than the digits of a dense page are.
Pen pen_for(const image::Picture& picture, const digits::Answer& answer) {
  constexpr int kOfSide = 400, kOfHeight = 16, kLabelsOfHeight = 12, kLeastDot = 2;
  std::vector<int> heights;
  for (const auto& line : answer.lines) {
    for (const digits::Digit& digit : line) heights.push_back(digit.box.height);
  }
  const int bold = std::max(1, std::max(picture.width, picture.height) / kOfSide);
  if (heights.empty()) return {bold, 2 * bold};
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::ranges::nth_element(heights, middle);
  return {std::clamp(*middle / kOfHeight, 1, bold),
          std::clamp(*middle / kLabelsOfHeight, std::min(kLeastDot, 2 * bold), 2 * bold)};
}

}  // namespace

image::Picture annotated(const image::Picture& picture, const digits::Answer& answer) {
  image::Picture out = in_colour(picture);
  const Pen pen = pen_for(out, answer);
  std::vector<digits::Box> taken;
  for (const auto& line : answer.lines) {
    for (const digits::Digit& digit : line) {
      frame(out, digit.box, pen.line);
      taken.push_back(digit.box);
    }
  }
  for (const auto& line : answer.lines) {
    for (const digits::Digit& digit : line) {
      const digits::Box place = free_place(out, digit.box, pen.line, pen.dot, taken);
      draw_label(out, place, digit.best);
      taken.push_back(place);
    }
  }
  return out;
}

}  // namespace mlpctl::app
