#include "train/train_command.hpp"

#include <filesystem>

#include "cli/cli.hpp"
#include "cli/data_set.hpp"
#include "cli/help.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"

namespace mlpctl::app {
namespace {

/// What would be without effect alone.
void check_partners(const TrainCommand& command) {
  if (command.resume.empty() && given(command.settings, "schedule_from")) {
    throw UsageError("--schedule-from is for a run that goes on: give --resume as well");
  }
  if (command.checkpoint.empty() && given(command.settings, "checkpoint_every")) {
    throw UsageError("--checkpoint-every says how often: give --checkpoint FILE as well");
  }
  if (command.log.empty() && command.log_steps) {
    throw UsageError("--log-steps is for a log: give --log FILE as well");
  }
}

/// Before anything is written.
void check_files(const TrainCommand& command, const std::string& config) {
  RunFiles files;
  files.add_input("--from", command.from);
  files.add_input("--resume", command.resume);
  files.add_input("--config", config);
  files.add_inputs("--data", data_files(command.data));
  files.add_output("--out", command.out);
  files.add_output("--checkpoint", command.checkpoint);
  files.add_output("--log", command.log);
  command.report.check(files);
  files.allow("--from", "--out");
  files.allow("--resume", "--checkpoint");
  files.check();
}

void check_options(const TrainCommand& command) {
  if (!command.from.empty() && !command.resume.empty()) {
    throw UsageError("--from starts a run and --resume goes on with one: give one of them");
  }
  if (command.from.empty() && !command.load.key.empty()) {
    throw UsageError("--key chooses a state in the file of --from, which is missing");
  }
  check_partners(command);
}

/// By its name, as there is no --format here.
void require_format(const std::string& option, const std::string& path, bool safetensors) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".pt" || extension == ".pth") return;
  if (safetensors && extension == ".safetensors") return;
  throw UsageError(option + " " + path + ": name a .pt" +
                   (safetensors ? ", .pth or .safetensors file"
                                : " or .pth file; safetensors cannot hold the optimizer and the "
                                  "run's place"));
}

void check_outputs(const TrainCommand& command) {
  require_format("--out", command.out, true);
  model::check_output(command.out, {.force = command.force});
  command.report.probe();
  if (command.checkpoint.empty()) return;
  require_format("--checkpoint", command.checkpoint, false);
  model::check_output(command.checkpoint, {.force = command.force});
}

}  // namespace

void check_command(const TrainCommand& command, const std::string& config) {
  check_options(command);
  check_files(command, config);
  check_outputs(command);
}

void add_train_files(CLI::App& command, TrainCommand& options) {
  command.add_option("--data", options.data, std::string(kDataHelp))
      ->type_name("DIR")
      ->group("Input");
  command
      .add_option("--val-split", options.val_split,
                  "Pictures at the end of the training set that are not trained on, but measured "
                  "after each epoch")
      ->type_name("N")
      ->check(unnamed(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40U)))
      ->capture_default_str()
      ->group("Input");
  command
      .add_option("--from", options.from,
                  "Model to start from instead of fresh weights: any file that load accepts")
      ->type_name("FILE")
      ->group("Input");
  add_load_options(command, options.load);
  command
      .add_option("--resume", options.resume,
                  "Checkpoint of a run to go on with, with its optimizer, which --from leaves: "
                  "ours or Python's")
      ->type_name("FILE")
      ->group("Input");
  command.add_option("--out", options.out, "Model file to write: .pt, .pth or .safetensors")
      ->type_name("FILE")
      ->required()
      ->group("Output");
  command
      .add_option("--log", options.log,
                  "Write a log of the run to this file, a JSON object a line; it replaces only a "
                  "log, and --resume appends to it")
      ->type_name("FILE")
      ->group("Output");
  command
      .add_option("--checkpoint", options.checkpoint,
                  "Write the whole run to this file after each epoch and at the end, for --resume")
      ->type_name("FILE")
      ->group("Output");
  options.report.add_option(command,
                            "Write the run with its learning curves, and what the model answers, "
                            "as a page to look at (.html) or a summary for a CI run (.md); may be "
                            "given for both");
  command
      .add_flag("--force", options.force, "Replace a file that holds no model, or that is no log")
      ->group("Output");
  command.add_flag("--log-steps", options.log_steps, "Write every step's loss to the log too")
      ->group("Output");
  command.add_flag("--json", options.json, "Print the result as one JSON object")->group("Output");
}

}  // namespace mlpctl::app
