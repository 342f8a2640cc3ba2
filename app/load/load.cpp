#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/cli.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "load/print.hpp"
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

template <typename Found>
void print(const LoadCommand& command, const Found& found) {
  command.json ? print_json(found) : print_text(found);
}

ExitCode report(const LoadCommand& command, const state::StateFile& file) {
  try {
    print(command, report_fit(file, command.load));
    return ExitCode::kDone;
  } catch (const state::MisfitError& error) {
    print(command, MisfitReport{file.path, file.container, error.misfit()});
    throw;
  }
}

ExitCode report_differences(const LoadCommand& command, const state::StateFile& file) {
  const Comparison comparison = compare(file, state::open_state(command.other));
  print(command, comparison);
  return comparison.differences.empty() ? ExitCode::kDone : ExitCode::kFailed;
}

ExitCode run(const LoadCommand& command) {
  if (command.list && !command.other.empty()) {
    throw UsageError("--list shows one file and --diff compares two; give one of them");
  }
  const state::StateFile file = state::open_state(command.file);
  if (!command.other.empty()) return report_differences(command, file);
  if (!command.list) return report(command, file);
  print(command, list_file(file));
  return ExitCode::kDone;
}

}  // namespace

void add_load_options(CLI::App& command, model::LoadOptions& options) {
  command
      .add_option("--key", options.key,
                  "Path of the state to take when the file holds several, . for the top")
      ->type_name("PATH")
      ->group("Input");
  command.add_flag("--allow-nonfinite", options.allow_nonfinite, "Accept NaN and infinite weights")
      ->group("Input");
}

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
