#include <malloc.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/interrupt.hpp"
#include "cli/option_names.hpp"
#include "cli/option_sources.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "train/device_fit.hpp"
#include "train/recipe.hpp"
#include "train/rescue.hpp"
#include "train/train_checkpoint.hpp"
#include "train/train_command.hpp"
#include "train/train_data.hpp"
#include "train/train_group.hpp"
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
                   const LoadedData& data, const train::Engine& engine, const TrainGroup& group) {
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
          .libtorch = engine.version(),
          .ranks = group.ranks().size,
          .launcher = group.ranks().launcher,
          .left_out = data.left_out};
}

RunEnd run_end(const std::string& out, const train::TrainResult& result) {
  return {.reason = result.end,
          .epochs = result.epochs_done,
          .steps = result.steps_done,
          .kept_epoch = result.kept_epoch,
          .out = out,
          .kept = result.kept};
}

/// "28 epochs", or the steps of a run that ended within an epoch.
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
  // Whoever has few pictures is not asked for a size that the recipe has chosen.
  if (!given(command.settings, "batch_size") && data.train.count() > 0) {
    options.batch_size = std::min(options.batch_size, data.train.count());
  }
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

TrainReporter::Keep checkpoint_writer(const TrainCommand& command,
                                      const train::TrainOptions& options, const RunData& data,
                                      const model::ModelInfo& info) {
  if (command.checkpoint.empty()) return {};
  return [&](train::RunState state) {
    write_checkpoint(command.checkpoint, std::move(state), options, data, info, command.force);
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

/// What has to be the same for all ranks.
std::string run_words(const train::TrainOptions& options, const RunData& data,
                      const train::RunState& first) {
  nlohmann::ordered_json settings = settings_json(options);
  // Where a rank computes is its own.
  settings.erase("threads");
  settings.erase("device");
  std::string words = train::build_id() + settings.dump() + data.hash;
  words += std::to_string(first.epochs_done) + " " + std::to_string(first.network.step);
  for (const std::vector<float>& tensor : first.network.weights.tensors) {
    words += sha256_hex(std::as_bytes(std::span(tensor)));
  }
  return sha256_hex(std::as_bytes(std::span(words)));
}

/// What a run trains and how.
struct Plan {
  train::TrainOptions options;
  model::ModelInfo info;
  RunData about_data;
  train::TrainData parts;
};

/// Trains with events for rank 0 alone; the result is worth nothing on the others.
train::TrainResult train_with(const Plan& plan, train::RunState first, const train::Engine& engine,
                              const TrainGroup& group, train::TrainEvents& events) {
  const std::atomic<int>& stop = defer_interrupts();
  const auto network = group.alone()
                           ? engine.make_network(plan.options.network)
                           : engine.make_network(plan.options.network, *group.group(), stop);
  auto result = train::train(*network, plan.options, plan.parts, std::move(first), events, stop,
                             group.group());
  group.trained();
  return result;
}

/// Rank 0's part of a run, which is all of it for a lone process.
ExitCode lead(const TrainCommand& command, TrainLog& log, const LoadedData& data, Plan& plan,
              train::RunState first, const train::Engine& engine, const TrainGroup& group) {
  check_start(command, first.network.weights, plan.parts.test);
  TensorBoard board(command.tensorboard, plan.parts.train);
  TrainReporter reporter(log, command.log_steps, board, plan.parts.test,
                         checkpoint_writer(command, plan.options, plan.about_data, plan.info));
  RunStart start = run_start(command, plan.options, data, engine, group);
  start.epochs_done = first.epochs_done;
  reporter.on_start(start);

  train::TrainResult result = train_with(plan, std::move(first), engine, group, reporter);
  plan.info.training = training_record(start, plan.about_data, result);
  const Saved saved = save_result(command, result, plan.info);
  RunEnd end = run_end(saved.path, result);
  end.left_out = data.left_out;
  const data::Dataset& shown = data.test.count() > 0 ? data.test : data.validation;
  reporter.on_end(end, {result.parameters, shown});
  print_result(command, end);
  const std::string unwritten = write_report(
      command, {start, end, plan.about_data, reporter.epochs(), result, plan.info, shown});
  if (!saved.failure.empty()) throw Error(ErrorCode::kIo, saved.failure);
  // What was trained is kept, but is not what the files say now.
  data.check_unchanged();
  const ExitCode code = exit_code(end, result.stopped_by);
  return group.settle(with_failures(code, joined(reporter.failures(), unwritten), end));
}

/// The part of the other ranks.
ExitCode follow(const LoadedData& data, const Plan& plan, train::RunState first,
                const train::Engine& engine, const TrainGroup& group) {
  train::TrainEvents nothing;
  train_with(plan, std::move(first), engine, group, nothing);
  const ExitCode code = group.settle(ExitCode::kDone);
  data.check_unchanged();
  return code;
}

ExitCode work(const TrainCommand& command, const std::string& config, TrainGroup& group) {
  check_command(command, config, group.leads());
  TrainLog log(group.leads() ? command.log : "",
               command.resume.empty() ? EventLog::Mode::kReplace : EventLog::Mode::kAppend,
               command.force);
  if (!command.settings.turned_off.at("fold")) give_freed_memory_back();
  // Before pictures are prepared, which may take long.
  const train::Engine& engine = torch_engine();
  group.meet(engine, std::chrono::seconds(command.rendezvous_timeout));
  const std::string device = engine.resolve_device(command.settings.device, group.ranks());
  const LoadedData data = load_data(command);
  Plan plan;
  plan.options = options_for(command, data);
  plan.info = info_for(data);
  plan.parts = data.parts();
  plan.about_data = run_data(plan.parts, plan.info);
  plan.options.network.device = device;
  fit_to_device(command.settings, group.alone(), plan.options.network);
  train::RunState first = first_state(command, plan.about_data, data, plan.options);
  group.require_same(run_words(plan.options, plan.about_data, first));
  return group.leads() ? lead(command, log, data, plan, std::move(first), engine, group)
                       : follow(data, plan, std::move(first), engine, group);
}

ExitCode run(TrainCommand command, const CLI::App& app) {
  TrainGroup group(distributed::read_ranks(distributed::process_environment()));
  // What is told of a run is told once.
  if (!group.leads()) spdlog::set_level(spdlog::level::err);
  command.settings.local_ranks = group.ranks().local_size;
  choose_resume(command);
  return group.run([&] { return work(command, config_file(app), group); },
                   [&](const std::string& sentence) { return with_flags(app, sentence); });
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
  on_run(*command, [options, command] { return run(*options, *command); });
}

}  // namespace mlpctl::app
