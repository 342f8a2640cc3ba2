#include "train/train_command.hpp"

#include <cmath>
#include <filesystem>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "sets/data_set.hpp"
#include "train/event_file.hpp"

namespace mlpctl::app {
namespace {

/// Why the text is no value of --val-split; "" when it is one.
std::string split_refusal(const std::string& text) {
  constexpr double kMost = 1e12;
  double value = 0;
  const bool is_number = CLI::detail::lexical_cast(text, value);
  const bool is_share = value < 1 || value == std::floor(value);
  if (is_number && value >= 0 && value <= kMost && is_share) return "";
  return "'" + text + "' is not a number of pictures, such as 5000, or a share such as 0.1";
}

/// What would be without effect alone.
void check_partners(const TrainCommand& command) {
  if (command.resume.empty() && !command.resume_is_auto &&
      given(command.settings, "schedule_from")) {
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
  if (!command.test_data.empty()) files.add_inputs("--test-data", data_files(command.test_data));
  if (!command.mix.empty()) files.add_inputs("--mix", data_files(command.mix));
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
  if (command.settings.recipe == "finetune" && command.from.empty() && command.resume.empty()) {
    throw UsageError("--recipe finetune goes on from a model: give --from FILE as well");
  }
  check_partners(command);
}

/// By its name, as there is no --format here.
void require_format(const std::string& option, const std::string& path, bool model_alone) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".pt" || extension == ".pth") return;
  if (model_alone && (extension == ".safetensors" || extension == ".onnx")) return;
  throw UsageError(option + " " + path + ": name a .pt" +
                   (model_alone ? ", .pth, .safetensors or .onnx file"
                                : " or .pth file; others cannot hold the optimizer and the run's "
                                  "place"));
}

void check_outputs(const TrainCommand& command) {
  require_format("--out", command.out, true);
  model::check_output(command.out, {.force = command.force});
  command.report.probe();
  if (!command.tensorboard.empty()) EventFile::probe(command.tensorboard);
  if (command.checkpoint.empty()) return;
  require_format("--checkpoint", command.checkpoint, false);
  model::check_output(command.checkpoint, {.force = command.force});
}

}  // namespace

void check_command(const TrainCommand& command, const std::string& config, bool writes) {
  check_options(command);
  check_files(command, config);
  if (writes) check_outputs(command);
}

void choose_resume(TrainCommand& command) {
  if (command.resume != "auto") return;
  if (command.checkpoint.empty()) {
    throw UsageError("--resume auto goes on with what --checkpoint writes: give --checkpoint FILE");
  }
  command.resume_is_auto = true;
  std::error_code none;
  const bool is_there = std::filesystem::exists(command.checkpoint, none);
  command.resume = is_there ? command.checkpoint : "";
  // What the run began with, the checkpoint holds.
  if (is_there) command.from.clear();
}

void add_train_files(CLI::App& command, TrainCommand& options) {
  command.add_option("--data", options.data, std::string(kDataHelp))
      ->type_name("PATH")
      ->group("Input");
  command
      .add_option("--test-data", options.test_data,
                  "Data set to test with after each epoch (default: the test part of --data, else "
                  "that of --mix)")
      ->type_name("PATH")
      ->group("Input");
  command
      .add_option("--mix", options.mix,
                  "Data set to mix in, so that what it teaches is not forgotten; mnist is the set "
                  "that is taken without --data. The pictures of --data are repeated until they "
                  "are a quarter of an epoch, at most 100 times")
      ->type_name("PATH")
      ->group("Input");
  command
      .add_option("--val-split", options.val_split,
                  "Pictures of --data that are not trained on, but measured after each epoch: a "
                  "number, or below 1 a share")
      ->type_name("N|X")
      ->check(CLI::Validator(split_refusal, ""))
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
                  "ours or Python's; auto: that of --checkpoint, if it is there")
      ->type_name("FILE|auto")
      ->group("Input");
  command.add_option("--out", options.out, "Model file to write: .pt, .pth, .safetensors or .onnx")
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
  command
      .add_option("--tensorboard", options.tensorboard,
                  "Write the run for TensorBoard into this folder: its curves, settings, changed "
                  "pictures and confusions; with --resume give the same")
      ->type_name("DIR")
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
  command
      .add_option("--rendezvous-timeout", options.rendezvous_timeout,
                  "Seconds in which the processes of torchrun, MPI or Slurm that train together "
                  "have to meet")
      ->type_name("SECONDS")
      ->check(unnamed(CLI::Range(1, 86400)))
      ->capture_default_str()
      ->group("Device");
}

}  // namespace mlpctl::app
