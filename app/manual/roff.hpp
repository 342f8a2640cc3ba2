#pragma once

#include <string>
#include <string_view>

namespace mlpctl::app {

/// A manual page in the man macros of roff, as man-db and mandoc read it. Whatever the texts hold
/// is shown as it is.
class ManualPage {
 public:
  /// day: "2026-11-29", or empty; source: what the page belongs to, with its version.
  ManualPage(std::string_view title, std::string_view day, std::string_view source);

  void section(std::string_view name);
  void subsection(std::string_view name);
  void paragraph(std::string_view text);
  /// Words in bold, then what may follow them, on a line of their own.
  void synopsis(std::string_view words, std::string_view rest);
  /// Names at the left in bold, and what they mean.
  void item(std::string_view names, std::string_view meaning);
  /// Lines as they are typed, in a face of one width; each ends with a line break.
  void verbatim(std::string_view lines);

  const std::string& text() const { return text_; }

 private:
  void begin_paragraph();
  void macro(std::string_view name, std::string_view argument);

  std::string text_;
};

}  // namespace mlpctl::app
