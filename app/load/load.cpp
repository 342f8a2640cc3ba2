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
  bool like = false;
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
  const Comparison comparison = compare(file, state::open_state(command.other), command.like);
  print(command, comparison);
  return comparison.differences.empty() ? ExitCode::kDone : ExitCode::kFailed;
}

ExitCode run(const LoadCommand& command) {
  if (command.like && command.other.empty()) {
    throw UsageError("--like says how --diff finds what to compare, and --diff is missing");
  }
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
      .add_option(
          "--key", options.key,
          "Which of several models in the file to take, as load --list names it: model.ema, "
          "or . for the whole file (default: the only one that fits)")
      ->type_name("NAME")
      ->group("Input");
  command
      .add_flag("--allow-nonfinite", options.allow_nonfinite,
                "Accept weights that are NaN or infinite")
      ->group("Input");
}

void add_load(CLI::App& app) {
  auto options = std::make_shared<LoadCommand>();
  CLI::App* command = app.add_subcommand(
      "load",
      "Load a model and report what it is; or list or compare any PyTorch or safetensors files");
  command->add_option("file", options->file, "PyTorch or safetensors file")
      ->type_name("FILE")
      ->required()
      ->group("Input");
  add_load_options(*command, options->load);
  command->add_flag("--list", options->list, "List all that is in the file, also of other networks")
      ->group("Output");
  command
      ->add_option("--diff", options->other,
                   "Compare with this file and print what differs; the exit status is then 1")
      ->type_name("FILE")
      ->group("Output");
  command
      ->add_flag("--like", options->like,
                 "With --diff: pair tensors by shape, dtype and order, whatever they are called")
      ->group("Output");
  command->add_flag("--json", options->json, "Print the results as one JSON object")
      ->group("Output");
  on_run(*command, [options] { return run(*options); });
}

}  // namespace mlpctl::app
