#include "cli/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "state/value/utf8.hpp"

namespace mlpctl::app {
namespace {

struct Character {
  char32_t code;
  /// Its bytes in UTF-8.
  std::size_t length;
};

struct Range {
  char32_t first, last;
};

/// Characters that do not show: the control characters and Unicode's class of format characters.
constexpr std::array kHidden{
    Range{0x00, 0x1F},       Range{0x7F, 0x9F}, Range{0xAD, 0xAD},  // soft hyphen
    Range{0x061C, 0x061C},                                          // Arabic letter mark
    Range{0x180E, 0x180E},                                          // Mongolian vowel separator
    Range{0x200B, 0x200F},                                          // zero width, direction marks
    Range{0x2028, 0x202E},    // line and paragraph separators, embeddings, overrides
    Range{0x2060, 0x206F},    // invisible operators, isolates
    Range{0xFEFF, 0xFEFF},    // byte order mark
    Range{0xFFF9, 0xFFFB},    // interlinear annotations
    Range{0x1BCA0, 0x1BCA3},  // shorthand
    Range{0x1D173, 0x1D17A},  // musical
    Range{0xE0000, 0xE007F},  // tags
};

bool is_hidden(char32_t code) {
  return std::ranges::any_of(
      kHidden, [code](const Range& range) { return range.first <= code && code <= range.last; });
}

/// How many bytes the text begins with that are shown as they are in ASCII: nearly always all.
std::size_t plain_length(std::string_view text) {
  const auto plain = [](char byte) { return byte >= 0x20 && byte < 0x7F; };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, plain) - text.begin());
}

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

/// The character that the text begins with, if its bytes are UTF-8.
std::optional<Character> first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::string_view bytes = text.substr(0, sequence_length(lead));
  if (!state::is_utf8(bytes)) return std::nullopt;
  constexpr std::array<unsigned, 5> lead_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = lead & lead_bits[bytes.size()];
  for (const char byte : bytes.substr(1)) code = code << 6U | (static_cast<unsigned>(byte) & 0x3FU);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return surrogate ? std::nullopt : std::optional(Character{code, bytes.size()});
}

void append_hex(std::string& text, const char* format, char32_t number) {
  char digits[16];
  std::snprintf(digits, sizeof(digits), format, static_cast<unsigned>(number));
  text += digits;
}

/// JSON writes a character in one or, beyond U+FFFF, two units of UTF-16.
void append_json_escape(std::string& text, char32_t code) {
  if (code > 0xFFFF) {
    append_hex(text, "\\u%04x", 0xD800 + ((code - 0x10000) >> 10U));
    code = 0xDC00 + ((code - 0x10000) & 0x3FFU);
  }
  append_hex(text, "\\u%04x", code);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t plain = plain_length(text);
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return result;
    const auto character = first_character(text);
    if (!character || character->code <= 0x7F) {
      append_hex(result, "\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (is_hidden(character->code)) {
      append_hex(result, "\\u{%x}", character->code);
    } else {
      result += text.substr(0, character->length);
    }
    text.remove_prefix(character ? character->length : 1);
  }
}

std::string json_text(const nlohmann::ordered_json& json) {
  std::string dump = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (plain_length(dump) == dump.size()) return dump;
  std::string result;
  for (std::string_view rest = dump;;) {
    const std::size_t plain = plain_length(rest);
    result += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) return result;
    const Character character = first_character(rest).value();
    if (is_hidden(character.code)) {
      append_json_escape(result, character.code);
    } else {
      result += rest.substr(0, character.length);
    }
    rest.remove_prefix(character.length);
  }
}

std::size_t printed_width(std::string_view text) {
  // The bytes that continue a character take no room of their own.
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace mlpctl::app
