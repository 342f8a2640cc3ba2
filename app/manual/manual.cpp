#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "build_commit.hpp"
#include "build_settings.hpp"
#include "cli/help.hpp"
#include "commands.hpp"
#include "manual/roff.hpp"

namespace mlpctl::app {
namespace {

const auto kAll = [](const CLI::App*) { return true; };

/// "mlpctl", or "mlpctl-train" of a command.
std::string page_name(const CLI::App& level) {
  const bool is_program = level.get_parent() == nullptr;
  return is_program ? level.get_name() : level.get_parent()->get_name() + "-" + level.get_name();
}

void add_synopsis(ManualPage& page, const CLI::App& level) {
  const bool is_program = level.get_parent() == nullptr;
  std::string rest = is_program ? "[OPTIONS] COMMAND" : "[OPTIONS]";
  for (const CLI::Option* option : level.get_options()) {
    if (!option->get_positional()) continue;
    const std::string word = heading(*option, true);
    rest += option->get_required() ? " " + word : " [" + word + "]";
  }
  page.section("SYNOPSIS");
  std::string words = page_name(level);
  std::ranges::replace(words, '-', ' ');
  page.synopsis(words, rest);
}

void add_options(ManualPage& page, const CLI::App& level) {
  page.section("OPTIONS");
  for (const std::string& group : level.get_groups()) {
    const auto options =
        level.get_options([&](const CLI::Option* option) { return option->get_group() == group; });
    if (group.empty() || options.empty()) continue;
    if (group != "Options") page.subsection(group);
    for (const CLI::Option* option : options) {
      page.item(heading(*option, option->get_positional()), described(*option));
    }
  }
}

void add_commands_list(ManualPage& page, const CLI::App& program) {
  page.section("COMMANDS");
  for (const CLI::App* command : program.get_subcommands(kAll)) {
    page.item(command->get_name(), command->get_description());
  }
}

/// What stands below the options in the help: sentences, and the examples.
void add_footer(ManualPage& page, const CLI::App& level) {
  constexpr std::string_view kExamples = "Examples:\n";
  const std::string footer = level.get_footer();
  const std::size_t examples = std::min(footer.find(kExamples), footer.size());
  std::string sentences = footer.substr(0, examples);
  sentences.erase(sentences.find_last_not_of('\n') + 1);
  if (!sentences.empty()) {
    page.section("SETTINGS, EXIT STATUS AND FILES");
    page.paragraph(sentences);
  }
  if (examples == footer.size()) return;
  page.section("EXAMPLES");
  page.verbatim(footer.substr(examples + kExamples.size()) + "\n");
}

void add_see_also(ManualPage& page, const CLI::App& level) {
  page.section("SEE ALSO");
  const CLI::App* const program = level.get_parent();
  if (program != nullptr) {
    page.paragraph(
        "mlpctl(1) has the options of all commands and tells of the environment, "
        "files of settings and exit status.");
    return;
  }
  std::string names;
  for (const CLI::App* command : level.get_subcommands(kAll)) {
    names += (names.empty() ? "" : ", ") + page_name(*command) + "(1)";
  }
  page.paragraph(names);
}

}  // namespace

void print_manual(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App& level = words.empty() ? app : *app.get_subcommand(words.front());
  std::string title = page_name(level);
  std::ranges::transform(title, title.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  ManualPage page(title, build_day(), std::string("mlpctl ") + kVersion);
  page.section("NAME");
  page.paragraph(page_name(level) + " - " + level.get_description());
  add_synopsis(page, level);
  if (words.empty()) add_commands_list(page, app);
  add_options(page, level);
  add_footer(page, level);
  add_see_also(page, level);
  std::cout << page.text();
}

}  // namespace mlpctl::app
