#include <malloc.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cmath>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/interrupt.hpp"
#include "cli/option_sources.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "train/recipe.hpp"
#include "train/rescue.hpp"
#include "train/train_checkpoint.hpp"
#include "train/train_command.hpp"
#include "train/train_data.hpp"
#include "train/train_log.hpp"
#include "train/train_options.hpp"
#include "train/train_page.hpp"
#include "train/train_reporter.hpp"

namespace mlpctl::app {
namespace {

/// Says of the state that a run starts from what a low accuracy may come from.
void check_start(const TrainCommand& command, const model::Parameters& parameters,
                 const train::Examples& test) {
  if (command.from.empty() || test.labels.empty()) return;
  const train::Score score = train::score(parameters, test, 1);
  if (!std::isfinite(score.loss)) return;
  warn_of_low_accuracy(command.from + " before training", score.accuracy, parameters, test);
}

RunStart run_start(const TrainCommand& command, const train::TrainOptions& options,
                   const LoadedData& data, const train::Engine& engine) {
  return {.data = data.path,
          .train_images = data.train.count(),
          .validation_images = data.validation.count(),
          .test_images = data.test.count(),
          .out = command.out,
          .from = command.from,
          .resume = command.resume,
          .recipe = command.settings.recipe,
          .chosen = train::find_recipe(command.settings.recipe, data.train.classes.empty()),
          .options = options,
          .libtorch = engine.version()};
}

RunEnd run_end(const std::string& out, const train::TrainResult& result) {
  return {.reason = result.end,
          .epochs = result.epochs_done,
          .steps = result.steps_done,
          .kept_epoch = result.kept_epoch,
          .out = out,
          .kept = result.kept};
}

/// "30 epochs", or the steps of a run that ended within an epoch.
std::string amount_text(const RunEnd& end) {
  const bool whole = end.kept_epoch != 0 || end.steps == 0;
  const std::int64_t count = whole ? end.epochs : end.steps;
  return fmt::format("{} {}{}", count, whole ? "epoch" : "step", count == 1 ? "" : "s");
}

void print_result(const TrainCommand& command, const RunEnd& end) {
  if (command.json) {
    std::cout << to_json(end) << '\n';
    return;
  }
  if (end.out.empty()) return;
  std::cout << printable(end.out) << ": " << amount_text(end);
  if (end.kept && end.kept->test) {
    std::cout << fmt::format(", test accuracy {:.2f} %", 100 * end.kept->test->accuracy);
  }
  std::cout << '\n';
}

ExitCode exit_code(const RunEnd& end, int signal_number) {
  switch (end.reason) {
    case train::TrainEnd::kNotFinite:
      throw Error(ErrorCode::kNotSupported,
                  "the loss is not finite after step " + std::to_string(end.steps) +
                      (end.out.empty() ? "; nothing was written"
                                       : "; " + end.out + " holds the state after epoch " +
                                             std::to_string(end.kept_epoch)) +
                      "; try a smaller --lr");
    case train::TrainEnd::kStopped:
      return signal_number == SIGTERM ? ExitCode::kTerminated : ExitCode::kInterrupted;
    default:
      return ExitCode::kDone;
  }
}

// For the folded network: its steps keep their buffers, and what else is large comes and goes with
// an epoch; kept by the allocator, it would hold 20 MB. (Layer by layer, every step takes new
// blocks.)
void give_freed_memory_back() {
  constexpr int kLarge = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

train::TrainOptions options_for(const TrainCommand& command, const LoadedData& data) {
  train::TrainOptions options = resolve(command.settings, data.train.classes.empty());
  train::check(options, data.train.count(), data.validation.count());
  return options;
}

model::ModelInfo info_for(const LoadedData& data) {
  model::ModelInfo info;
  info.classes = data.train.classes;
  if (!info.classes.empty()) info.preprocess = "none";
  return info;
}

/// Also fills in what a checkpoint says of the optimizer.
train::RunState first_state(const TrainCommand& command, const RunData& run_data,
                            const LoadedData& data, train::TrainOptions& options) {
  if (!command.resume.empty()) {
    auto run = read_checkpoint(command.resume, command.settings, run_data, options);
    train::check(options, data.train.count(), data.validation.count());
    return run;
  }
  if (command.from.empty()) return train::fresh_run(model::initial_parameters(options.seed));
  return train::fresh_run(model::load_model(command.from, command.load).model.parameters);
}

// LibTorch's bf16 on the CPU takes ten to twenty times as long as the folded network in float32
// (40 ms against 2.2 for 64 pictures on an AMD EPYC 9004).
void choose_precision(train::NetworkOptions& network) {
  const bool slower = network.device == "cpu" && network.fold;
  if (!slower || network.precision == train::Precision::kFloat32) return;
  spdlog::warn(
      "--precision bf16: the CPU is faster in float32, so that is used; --no-fold keeps bf16");
  network.precision = train::Precision::kFloat32;
}

// LibTorch's own; the folded network's come from our pool, which does with fewer by itself.
void choose_threads(train::NetworkOptions& network) {
  const bool folded = network.device == "cpu" && network.fold;
  if (!folded) network.threads = torch_threads(network.threads);
}

TrainReporter::Keep checkpoint_writer(const TrainCommand& command,
                                      const train::TrainOptions& options, const RunData& data,
                                      const model::ModelInfo& info) {
  if (command.checkpoint.empty()) return {};
  return [&](const train::RunState& state) {
    write_checkpoint(command.checkpoint, state, options, data, info, command.force);
  };
}

/// Where the model went.
struct Saved {
  /// Empty: nowhere.
  std::string path = {};
  /// Why it is not what --out names; empty: it is.
  std::string failure = {};
};

Saved save_result(const TrainCommand& command, const train::TrainResult& result,
                  const model::ModelInfo& info) {
  if (!result.parameters) return {};
  const model::Model model{*result.parameters, info};
  try {
    model::save_model(command.out, model, {.force = command.force});
    return {.path = command.out};
  } catch (const Error& error) {
    const std::string why = error.what();
    if (const auto path = rescue(command.out, model)) {
      return {.path = *path, .failure = why + "; the state is in " + *path};
    }
    return {.failure = why + "; nor could the state be written beside it, in the working folder " +
                       "or in TMPDIR"};
  }
}

/// What could not be written of the report; empty: nothing.
std::string write_report(const TrainCommand& command, const TrainRun& run) {
  if (command.report.empty() || run.end.out.empty()) return "";
  try {
    command.report.write([&](ReportForm form) { return train_report(form, run); });
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "; ") + second;
}

/// Says what could not be written of a run that came to its end.
ExitCode with_failures(ExitCode code, const std::string& failures, const RunEnd& end) {
  if (failures.empty()) return code;
  if (code == ExitCode::kDone) {
    throw Error(ErrorCode::kIo, failures + "; " + end.out + " is written");
  }
  spdlog::error("{}", failures);
  return code;
}

ExitCode run(const TrainCommand& command, const std::string& config) {
  check_command(command, config);
  TrainLog log(command.log,
               command.resume.empty() ? EventLog::Mode::kReplace : EventLog::Mode::kAppend,
               command.force);
  if (!command.settings.turned_off.at("fold")) give_freed_memory_back();
  // Before pictures are prepared, which may take long.
  const train::Engine& engine = torch_engine();
  const LoadedData data = load_data(command);
  train::TrainOptions options = options_for(command, data);
  model::ModelInfo info = info_for(data);
  const train::TrainData parts = data.parts();
  const RunData about_data = run_data(parts, info);
  options.network.device = engine.resolve_device(command.settings.device);
  choose_precision(options.network);
  choose_threads(options.network);
  train::RunState first = first_state(command, about_data, data, options);
  check_start(command, first.network.weights, parts.test);
  TensorBoard board(command.tensorboard, parts.train);
  TrainReporter reporter(log, command.log_steps, board, parts.test,
                         checkpoint_writer(command, options, about_data, info));
  RunStart start = run_start(command, options, data, engine);
  start.epochs_done = first.epochs_done;
  reporter.on_start(start);

  const auto network = engine.make_network(options.network);
  const std::atomic<int>& stop = defer_interrupts();
  train::TrainResult result =
      train::train(*network, options, parts, std::move(first), reporter, stop);
  info.training = training_record(start, about_data, result);
  const Saved saved = save_result(command, result, info);
  const RunEnd end = run_end(saved.path, result);
  const data::Dataset& shown = data.test.count() > 0 ? data.test : data.validation;
  reporter.on_end(end, {result.parameters, shown});
  print_result(command, end);
  const std::string unwritten =
      write_report(command, {start, end, about_data, reporter.epochs(), result, info, shown});
  if (!saved.failure.empty()) throw Error(ErrorCode::kIo, saved.failure);
  // What was trained is kept, but is not what the files say now.
  data.check_unchanged();
  return with_failures(exit_code(end, stop), joined(reporter.failures(), unwritten), end);
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainCommand>();
  CLI::App* command = app.add_subcommand("train", "Train the network and write its state");
  add_train_files(*command, *options);
  add_train_settings(*command, options->settings);
  add_examples(*command, {"mlpctl train --out mlp.pt",
                          "mlpctl train --data data/fashion-mnist --epochs 3 --out fashion.pt",
                          "mlpctl train --checkpoint run.pt --log run.jsonl --out mlp.pt"});
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
