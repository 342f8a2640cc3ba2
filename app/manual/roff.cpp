#include "manual/roff.hpp"

namespace mlpctl::app {
namespace {

/// What roff would take for something else, or typeset as another character, in its own words.
std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    const bool begins_line = escaped.empty() || escaped.back() == '\n';
    if (begins_line && letter == '.') escaped += "\\&";
    switch (letter) {
      case '\\':
        escaped += "\\e";
        break;
      case '-':
        escaped += "\\-";
        break;
      case '\'':
        escaped += "\\(aq";
        break;
      case '`':
        escaped += "\\(ga";
        break;
      case '^':
        escaped += "\\(ha";
        break;
      case '~':
        escaped += "\\(ti";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

/// As the argument of a macro, in which a quote would end it.
std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : escaped(text)) {
    quoted += letter == '"' ? "\\(dq" : std::string(1, letter);
  }
  return quoted + "\"";
}

}  // namespace

ManualPage::ManualPage(std::string_view title, std::string_view day, std::string_view source) {
  const auto plain = [](std::string_view word) { return " \"" + std::string(word) + "\""; };
  text_ = ".TH" + plain(title) + " 1" + plain(day) + plain(source) + plain("User Commands") + "\n";
}

void ManualPage::macro(std::string_view name, std::string_view argument) {
  text_ += std::string(name) + " " + quoted(argument) + "\n";
}

// A section begins with a paragraph anyway.
void ManualPage::begin_paragraph() {
  const std::size_t line = text_.rfind('\n', text_.size() - 2) + 1;
  if (text_.compare(line, 2, ".S") != 0) text_ += ".PP\n";
}

void ManualPage::section(std::string_view name) {
  macro(".SH", name);
}

void ManualPage::subsection(std::string_view name) {
  macro(".SS", name);
}

void ManualPage::paragraph(std::string_view text) {
  begin_paragraph();
  text_ += escaped(text) + "\n";
}

void ManualPage::synopsis(std::string_view words, std::string_view rest) {
  macro(".B", words);
  text_ += escaped(rest) + "\n";
}

void ManualPage::item(std::string_view names, std::string_view meaning) {
  text_ += ".TP\n";
  macro(".B", names);
  text_ += escaped(meaning) + "\n";
}

void ManualPage::verbatim(std::string_view lines) {
  begin_paragraph();
  text_ += ".EX\n" + escaped(lines) + ".EE\n";
}

}  // namespace mlpctl::app
