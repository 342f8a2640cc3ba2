#include "state/value/escapes.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace mlpctl::state {
namespace {

void append_utf8(std::string& text, std::uint32_t c) {
  const auto tail = [&](unsigned shift) {
    text.push_back(static_cast<char>(0x80U | ((c >> shift) & 0x3FU)));
  };
  if (c < 0x80) {
    text.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    text.push_back(static_cast<char>(0xC0U | (c >> 6U)));
    tail(0);
  } else if (c < 0x10000) {
    text.push_back(static_cast<char>(0xE0U | (c >> 12U)));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0U | ((c >> 18U) & 7U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// A number of up to `most` digits in front of `rest`, which loses them; nothing when there is no
/// digit.
std::optional<std::uint32_t> take_digits(std::string_view& rest, std::size_t most, int base) {
  std::uint32_t value = 0;
  const char* const begin = rest.data();
  const auto [stop, error] =
      std::from_chars(begin, begin + std::min(most, rest.size()), value, base);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(stop - begin));
  return value;
}

/// The escape behind a backslash.
bool append_escape(std::string& text, std::string_view& rest) {
  constexpr std::string_view letters = "abfnrtv\\'\"", values = "\a\b\f\n\r\t\v\\'\"";
  const std::size_t plain = letters.find(rest[0]);
  if (plain != letters.npos) {
    text.push_back(values[plain]);
    rest.remove_prefix(1);
    return true;
  }
  const bool hex = rest[0] == 'x', octal = rest[0] >= '0' && rest[0] <= '7';
  if (!hex && !octal) {
    text.push_back('\\');
    return true;
  }
  if (hex) rest.remove_prefix(1);
  const auto value = hex ? take_digits(rest, 2, 16) : take_digits(rest, 3, 8);
  if (value) text.push_back(static_cast<char>(*value));
  return value.has_value();
}

}  // namespace

std::optional<std::string> unescaped(std::string_view rest) {
  std::string text;
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c != '\\' || rest.empty()) {
      text.push_back(c);
    } else if (!append_escape(text, rest)) {
      return std::nullopt;
    }
  }
  return text;
}

std::optional<std::string_view> unquoted(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\r')) text.remove_suffix(1);
  const bool quoted =
      text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0];
  if (!quoted) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

std::optional<std::string> raw_unescaped(std::string_view rest) {
  std::string text;
  while (!rest.empty()) {
    const bool escape = rest.size() > 1 && rest[0] == '\\' && (rest[1] == 'u' || rest[1] == 'U');
    if (!escape) {
      append_utf8(text, static_cast<unsigned char>(rest[0]));
      rest.remove_prefix(1);
      continue;
    }
    const std::size_t digits = rest[1] == 'u' ? 4 : 8;
    rest.remove_prefix(2);
    const auto value = take_digits(rest, digits, 16);
    if (!value) return std::nullopt;
    append_utf8(text, *value);
  }
  return text;
}

}  // namespace mlpctl::state
