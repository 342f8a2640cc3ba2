#include "predict/drawing.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

constexpr int kSide = digits::kInputSide;
/// A pixel brighter than this is drawn as ink where there are no colours.
constexpr int kInk = 96;

int pixel(const digits::Digit& digit, int x, int y) {
  return digit.input[static_cast<std::size_t>(y * kSide + x)];
}

/// Two pixels, one above the other, as one character.
std::string cell(int top, int bottom, Glyphs glyphs) {
  if (glyphs == Glyphs::kColourBlocks) {
    return fmt::format("\x1b[38;2;{0};{0};{0};48;2;{1};{1};{1}m▀\x1b[0m", top, bottom);
  }
  if (glyphs == Glyphs::kBlocks) {
    const bool upper = top > kInk, lower = bottom > kInk;
    return upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
  }
  constexpr std::string_view kShades = " .:-=+*#%@";
  const auto level = static_cast<std::size_t>((top + bottom) / 2) * (kShades.size() - 1) / 255;
  return std::string(1, kShades[level]);
}

std::string bar(float share, Glyphs glyphs) {
  constexpr float kLongest = 30;
  std::string text;
  const int length = static_cast<int>(share * kLongest + 0.5F);
  for (int i = 0; i < length; ++i) text += glyphs == Glyphs::kShades ? "#" : "█";
  return text;
}

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

/// The digit above the box, or in its top where there is no room.
void label(image::Picture& picture, const digits::Box& box, int digit, int dot) {
  const int top = std::max(0, box.y - 9 * dot);
  fill(picture, {box.x, top, 7 * dot, 9 * dot}, {255, 255, 255});
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 5; ++column) {
      const auto bits = kGlyphs[static_cast<std::size_t>(digit)][static_cast<std::size_t>(row)];
      if ((bits >> (4 - column) & 1) == 0) continue;
      fill(picture, {box.x + (1 + column) * dot, top + (1 + row) * dot, dot, dot}, kBoxColour);
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

/// The names of the classes, all as wide as the widest.
std::vector<std::string> padded_names(const Style& style) {
  std::vector<std::string> names;
  for (int which = 0; which < digits::kClasses; ++which) {
    names.push_back(printable(class_name(which, style)));
  }
  std::size_t widest = 0;
  for (const std::string& name : names) widest = std::max(widest, printed_width(name));
  for (std::string& name : names) name.append(widest - printed_width(name), ' ');
  return names;
}

/// Whether the user's locale says so.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
  }
  return false;
}

}  // namespace

Glyphs glyphs_of_output() {
  if (!locale_is_utf8()) return Glyphs::kShades;
  return colour_allowed(Stream::kOutput) ? Glyphs::kColourBlocks : Glyphs::kBlocks;
}

std::string drawing(const digits::Digit& digit, const Style& style, Glyphs glyphs) {
  const std::vector<std::string> names = padded_names(style);
  std::string text;
  for (int y = 0; y < kSide; y += 2) {
    for (int x = 0; x < kSide; ++x) {
      text += cell(pixel(digit, x, y), pixel(digit, x, y + 1), glyphs);
    }
    const int which = y / 2 - 2;
    if (which >= 0 && which < digits::kClasses) {
      const auto i = static_cast<std::size_t>(which);
      const float share = digit.probabilities[i];
      text += fmt::format("  {} {:6.2f} % {}", names[i], 100 * share, bar(share, glyphs));
    }
    text += "\n";
  }
  return text;
}

image::Picture annotated(const image::Picture& picture, const digits::Answer& answer) {
  image::Picture out = in_colour(picture);
  const int thick = std::max(1, std::max(out.width, out.height) / 400);
  for (const auto& line : answer.lines) {
    for (const digits::Digit& digit : line) {
      frame(out, digit.box, thick);
      label(out, digit.box, digit.best, 2 * thick);
    }
  }
  return out;
}

}  // namespace mlpctl::app
