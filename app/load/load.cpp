#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/cli.hpp"
#include "cli/load_options.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "load/load_diff.hpp"
#include "load/load_list.hpp"
#include "load/load_report.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {
namespace {

struct LoadCommand {
  std::string file;
  std::string other;
  bool list = false;
  bool json = false;
  model::LoadOptions load;
};

ExitCode run(const LoadCommand& command) {
  if (command.list && !command.other.empty()) {
    throw UsageError("--list shows one file and --diff compares two; give one of them");
  }
  const state::StateFile file = state::open_state(command.file);
  if (command.list) return print_list(file, command.json);
  if (command.other.empty()) return print_report(file, command.load, command.json);
  return print_diff(file, state::open_state(command.other), command.json);
}

}  // namespace

void add_load(CLI::App& app) {
  auto options = std::make_shared<LoadCommand>();
  CLI::App* command = app.add_subcommand(
      "load",
      "Load a state into a fresh skeleton and report it; or list or compare any state files");
  command->add_option("file", options->file, "PyTorch or safetensors file")
      ->type_name("FILE")
      ->required()
      ->group("Input");
  add_load_options(*command, options->load);
  command->add_flag("--list", options->list, "List all that is in the file, of any model")
      ->group("Output");
  command->add_option("--diff", options->other, "Say what differs in this file; exit 1 if anything")
      ->type_name("FILE")
      ->group("Output");
  command->add_flag("--json", options->json, "One JSON object instead of a table")->group("Output");
  on_run(*command, [options] { return run(*options); });
}

}  // namespace mlpctl::app
