#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "commands.hpp"
#include "completion/candidates.hpp"
#include "completion/scripts.hpp"

namespace mlpctl::app {
namespace {

const char* script_for(const std::string& shell) {
  if (shell == "bash") return kBashScript;
  return shell == "zsh" ? kZshScript : kFishScript;
}

}  // namespace

void print_candidates(const CLI::App& app, const std::vector<std::string>& words) {
  const Candidates found = candidates_for(app, words);
  std::cout << to_string(found.kind);
  for (const std::string& suffix : found.suffixes) std::cout << ' ' << suffix;
  std::cout << '\n';
  for (const Candidate& each : found.words) {
    std::cout << each.word << (each.description.empty() ? "" : "\t") << each.description << '\n';
  }
}

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion", "Print a shell's completion script: source <(mlpctl completion bash)");
  one_of(command->add_option("shell", *shell, "The shell that the script is for"),
         {"bash", "zsh", "fish"})
      ->required();
  add_examples(*command, {"source <(mlpctl completion bash)", "mlpctl completion zsh > _mlpctl",
                          "mlpctl completion fish > mlpctl.fish"});
  on_run(*command, [shell] {
    std::cout << script_for(*shell);
    return ExitCode::kDone;
  });
}

}  // namespace mlpctl::app
