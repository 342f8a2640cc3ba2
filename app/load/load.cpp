#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "load/print.hpp"
#include "load/scan.hpp"
#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {
namespace {

struct LoadCommand {
  std::vector<std::string> files;
  std::string other;
  bool list = false;
  bool hash = false;
  bool scan = false;
  bool json = false;
  std::string allow;
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

void check_files(const LoadCommand& command, const std::string& config) {
  RunFiles files;
  files.add_input("", command.files[0]);
  files.add_input("--diff", command.other);
  files.add_input("--config", config);
  files.check();
}

ExitCode scan(const LoadCommand& command) {
  if (command.list || command.hash || !command.other.empty()) {
    throw UsageError("--scan says what Python would run; give it without --list and --diff");
  }
  ScanOptions options{.paths = command.files, .json = command.json};
  if (!command.allow.empty()) options.allow = command.allow;
  return scan_paths(options);
}

ExitCode run(const LoadCommand& command, const std::string& config) {
  if (command.scan) return scan(command);
  if (!command.allow.empty()) throw UsageError("--allow goes with --scan");
  if (command.hash && !command.list) throw UsageError("--hash goes with --list");
  if (command.files.size() != 1) throw UsageError("give one file, or --scan to look into several");
  if (command.like && command.other.empty()) {
    throw UsageError("--like says how --diff finds what to compare, and --diff is missing");
  }
  check_files(command, config);
  if (command.list && !command.other.empty()) {
    throw UsageError("--list shows one file and --diff compares two; give one of them");
  }
  const state::StateFile file = state::open_state(command.files[0]);
  if (!command.other.empty()) return report_differences(command, file);
  if (!command.list) return report(command, file);
  print(command, list_file(file, command.hash ? Hashes::kOfTensors : Hashes::kNone));
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
      "Load a model and report what it is; list, compare or scan any PyTorch or safetensors files");
  command->add_option("file", options->files, "PyTorch or safetensors file")
      ->type_name("FILE")
      ->required()
      ->group("Input");
  add_load_options(*command, options->load);
  command->add_flag("--list", options->list, "List all that is in the file, also of other networks")
      ->group("Output");
  command
      ->add_flag("--hash", options->hash,
                 "With --list: a SHA-256 of the values of each tensor, as they are stored")
      ->group("Output");
  command
      ->add_option("--diff", options->other,
                   "Compare with this file and print what differs; the exit status is then 1")
      ->type_name("FILE")
      ->group("Output");
  command
      ->add_flag("--like", options->like,
                 "With --diff: pair tensors by shape, dtype and order, whatever they are called; "
                 "the pairs are shown")
      ->group("Output");
  command
      ->add_flag(
          "--scan", options->scan,
          "Say what Python would run of files of any kind, folders and - (standard input): each is "
          "harmless, needs code, may run code or is dangerous; the exit status is 3 for the last "
          "two")
      ->group("Output");
  one_of(command->add_option("--allow", options->allow,
                             "The worst verdict of --scan with which the exit status is 0 "
                             "(default: needs-code)"),
         {"harmless", "needs-code", "may-run-code", "dangerous"})
      ->group("Output");
  command->add_flag("--json", options->json, "Print the results as one JSON object")
      ->group("Output");
  add_examples(*command, {"mlpctl load mlp.pt", "mlpctl load --list --hash checkpoint.pt",
                          "mlpctl load --scan downloads"});
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
