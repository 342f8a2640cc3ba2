#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/option_names.hpp"
#include "commands.hpp"

namespace mlpctl::app {
namespace {

std::string option_words(const CLI::App& level) {
  std::string words;
  for (const std::string& name : long_names(level)) words += " --" + name;
  return words;
}

std::vector<const CLI::App*> commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// Words that do not begin with - are completed as file names (compgen -f, _files).
void print_bash(const CLI::App& app) {
  std::string names;
  std::cout << "_mlpctl() {\n  local words\n  case \"${COMP_WORDS[1]}\" in\n";
  for (const CLI::App* command : commands(app)) {
    names += " " + command->get_name();
    std::cout << "    " << command->get_name() << ") words='" << option_words(*command) << "' ;;\n";
  }
  std::cout
      << "    *) words='" << option_words(app) << "' ;;\n  esac\n"
      << "  if [[ $COMP_CWORD -eq 1 && $2 != -* ]]; then words='" << names << "'; fi\n"
      << "  COMPREPLY=($(compgen -W \"$words\" -- \"$2\"))\n"
      << "  if [[ $COMP_CWORD -gt 1 && $2 != -* ]]; then COMPREPLY=($(compgen -f -- \"$2\")); fi\n"
      << "}\ncomplete -o filenames -F _mlpctl mlpctl\n";
}

void print_fish(const CLI::App& app) {
  for (const CLI::App* command : commands(app)) {
    const std::string& name = command->get_name();
    std::cout << "complete -c mlpctl -n __fish_use_subcommand -a " << name << " -d '"
              << command->get_description() << "'\n";
    for (const std::string& long_name : long_names(*command)) {
      std::cout << "complete -c mlpctl -n '__fish_seen_subcommand_from " << name << "' -l "
                << long_name << "\n";
    }
  }
}

ExitCode print_script(const CLI::App& app, const std::string& shell) {
  if (shell == "fish") {
    print_fish(app);
  } else {
    if (shell == "zsh") std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
    print_bash(app);
  }
  return ExitCode::kDone;
}

}  // namespace

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion", "Print a shell's completion script: source <(mlpctl completion bash)");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  on_run(*command, [&app, shell] { return print_script(app, *shell); });
}

}  // namespace mlpctl::app
