#include "cli/help.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace mlpctl::app {
namespace {

constexpr std::size_t kColumn = 30, kWidth = 100;

/// The name at the left, and the description in lines beside it, or below a long name.
std::string entry(std::string name, const std::string& description) {
  std::string text = "  " + std::move(name);
  if (text.size() + 2 > kColumn) {
    text += "\n" + std::string(kColumn, ' ');
  } else {
    text.resize(kColumn, ' ');
  }
  std::istringstream words(description);
  std::size_t column = kColumn;
  for (std::string word; words >> word;) {
    if (column > kColumn && column + 1 + word.size() > kWidth) {
      text += "\n" + std::string(kColumn, ' ');
      column = kColumn;
    }
    if (column > kColumn) text += " ";
    column += word.size() + (column > kColumn ? 1 : 0);
    text += word;
  }
  return text + "\n";
}

}  // namespace

std::string heading(const CLI::Option& option, bool is_positional) {
  std::string name = option.get_name(is_positional, !is_positional);
  const std::string type = takes_value(option) ? option.get_type_name() : "";
  if (!type.empty()) name += " " + type;
  if (is_positional && option.get_expected_max() > 1) name += "...";
  return name;
}

std::string described(const CLI::Option& option) {
  const std::string& text = option.get_description();
  if (option.get_required()) return text + " (required)";
  const bool tells = option.get_positional() || text.find("(default: ") != std::string::npos;
  if (!takes_value(option) || tells) return text;
  const std::string& known = option.get_default_str();
  return text + " (default: " + (known.empty() ? "none" : known) + ")";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(heading(*option, is_positional), described(*option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

void add_examples(CLI::App& level, const std::vector<std::string>& lines) {
  std::string footer = level.get_footer();
  footer += footer.empty() ? "Examples:" : "\n\nExamples:";
  for (const std::string& line : lines) footer += "\n  " + line;
  level.footer(footer);
}

CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words) {
  std::string type;
  for (const std::string& word : words) type += (type.empty() ? "" : "|") + word;
  return option->type_name(type)->check(unnamed(CLI::IsMember(words)));
}

bool takes_value(const CLI::Option& option) {
  return option.get_expected_min() > 0;
}

std::vector<std::string> words_of(const CLI::Option& option) {
  const auto is_capital = [](unsigned char letter) { return std::isupper(letter) != 0; };
  std::vector<std::string> words;
  std::istringstream type(option.get_type_name());
  for (std::string word; std::getline(type, word, '|');) {
    if (std::ranges::none_of(word, is_capital)) words.push_back(word);
  }
  return words;
}

}  // namespace mlpctl::app
