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

}  // namespace mlpctl::app
