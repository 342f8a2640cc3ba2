#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::data {

/// The lines of a text, without their ends (LF or CR LF), a byte order mark and empty ones.
class TextLines {
 public:
  explicit TextLines(std::span<const std::byte> bytes);

  std::optional<std::string_view> next();
  /// Of the last line, counted from 1.
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// What parts the fields of a line: a comma, a semicolon or a tab, whichever is there first outside
/// quotes; a comma where none is.
char separator_of(std::string_view line);

/// The fields of a line, without the blanks and the quotes around them; a quote within quotes is
/// doubled.
std::vector<std::string> split_fields(std::string_view line, char separator);

/// The text with letters of ASCII in small ones.
std::string in_small_letters(std::string_view text);

}  // namespace mlpctl::data
