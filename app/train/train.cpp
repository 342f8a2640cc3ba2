#include <malloc.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/data_set.hpp"
#include "cli/help.hpp"
#include "cli/interrupt.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "eval/low_accuracy.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "net/classifier.hpp"
#include "train/recipe.hpp"
#include "train/rescue.hpp"
#include "train/train_checkpoint.hpp"
#include "train/train_log.hpp"
#include "train/train_options.hpp"
#include "train/train_progress.hpp"

namespace mlpctl::app {
namespace {

struct TrainCommand {
  std::string data, out, from, log, checkpoint, resume;
  std::int64_t val_split = 0;
  bool log_steps = false, json = false, force = false;
  model::LoadOptions load;
  TrainSettings settings;
};

/// The data set's parts; the spans in `parts` look into the sets.
struct LoadedData {
  std::string folder;
  data::Dataset train, validation, test;

  train::TrainData parts() const {
    const auto examples = [](const data::Dataset& set) {
      return train::Examples{set.images, set.labels};
    };
    return {examples(train), examples(validation), examples(test)};
  }
  void check_unchanged() const {
    for (const data::Dataset* set : {&train, &validation, &test}) set->check_unchanged();
  }
};

LoadedData load_data(const TrainCommand& command) {
  LoadedData loaded;
  loaded.folder = find_data(command.data);
  loaded.train = load_set(loaded.folder, data::Part::kTrain);
  if (command.val_split > 0) {
    std::tie(loaded.train, loaded.validation) =
        data::split_validation(loaded.train, command.val_split);
  }
  if (data::has(loaded.folder, data::Part::kTest)) {
    loaded.test = load_set(loaded.folder, data::Part::kTest);
  }
  return loaded;
}

/// Says what the accuracy may come from, where it is that low.
void warn_of_low_accuracy(const std::string& subject, double accuracy,
                          const model::Parameters& parameters, const train::Examples& examples) {
  const net::Classifier classifier(parameters);
  const eval::Network network = [&](std::span<const std::uint8_t> images) {
    std::vector<float> logits(images.size() / model::kPixels * model::kClasses);
    classifier.logits(images, logits);
    return logits;
  };
  const std::string hint =
      eval::low_accuracy_hint(accuracy, examples.images, examples.labels, network);
  if (!hint.empty()) spdlog::warn("{}: {}", subject, hint);
}

/// The same of the state that a run starts from.
void check_start(const TrainCommand& command, const model::Parameters& parameters,
                 const train::Examples& test) {
  if (command.from.empty() || test.labels.empty()) return;
  const train::Score score = train::score(parameters, test, 1);
  if (!std::isfinite(score.loss)) return;
  warn_of_low_accuracy(command.from + " before training", score.accuracy, parameters, test);
}

/// Tells the terminal and the log what happens, and keeps states. Where a file beside the model
/// cannot be written, that is told once and the training goes on.
class Reporter : public train::TrainEvents {
 public:
  /// Keeps a state after an epoch.
  using Keep = std::function<void(const train::RunState&)>;

  Reporter(const TrainCommand& command, TrainLog& log, const train::Examples& test, Keep keep)
      : log_(log), log_steps_(command.log_steps), test_(test), keep_(std::move(keep)) {}

  void on_start(const RunStart& start) {
    progress_.show(start);
    log_.begin();
    attempt(log_failure_, [&] { log_.write(start); });
  }
  void on_step(const train::StepReport& report) override {
    progress_.show(report);
    ++steps_;
    if (log_steps_) attempt(log_failure_, [&] { log_.write(report); });
  }
  void on_epoch(const train::EpochReport& report) override {
    progress_.show(report);
    attempt(log_failure_, [&] { log_.write(report); });
    if (!report.test || steps_ < kEnoughSteps || std::exchange(is_looked_at_, true)) return;
    first_accuracy_ = report.test->accuracy;
  }
  void on_state(const std::function<train::RunState()>& make) override {
    if (const auto accuracy = std::exchange(first_accuracy_, std::nullopt)) {
      warn_of_low_accuracy("the test pictures", *accuracy, make().network.average, test_);
    }
    if (keep_) attempt(keep_failure_, [&] { keep_(make()); });
  }
  void on_end(const RunEnd& end) {
    attempt(log_failure_, [&] { log_.write(end); });
  }

  /// What went wrong last with the checkpoint and the log; empty: nothing ever did.
  std::string failures() const {
    return keep_failure_ + (keep_failure_.empty() || log_failure_.empty() ? "" : "; ") +
           log_failure_;
  }

 private:
  /// After fewer a low accuracy means nothing.
  static constexpr std::int64_t kEnoughSteps = 100;

  void attempt(std::string& failure, const std::function<void()>& write) {
    try {
      write();
    } catch (const Error& error) {
      if (failure.empty()) {
        progress_.make_room();
        spdlog::warn("{}; the training goes on", error.what());
      }
      failure = error.what();
    }
  }

  TrainLog& log_;
  bool log_steps_;
  train::Examples test_;
  Keep keep_;
  std::int64_t steps_ = 0;
  /// Of the first epoch that ends after enough steps.
  bool is_looked_at_ = false;
  std::optional<double> first_accuracy_;
  std::string log_failure_, keep_failure_;
  TrainProgress progress_;
};

RunStart run_start(const TrainCommand& command, const train::TrainOptions& options,
                   const LoadedData& data, const train::Engine& engine) {
  return {.data = data.folder,
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
  if (command.checkpoint.empty()) return;
  require_format("--checkpoint", command.checkpoint, false);
  model::check_output(command.checkpoint, {.force = command.force});
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

Reporter::Keep checkpoint_writer(const TrainCommand& command, const train::TrainOptions& options,
                                 const RunData& data, const model::ModelInfo& info) {
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

Saved save_result(const TrainCommand& command, train::TrainResult& result, model::ModelInfo info) {
  if (!result.parameters) return {};
  const model::Model model{std::move(*result.parameters), std::move(info)};
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
  check_options(command);
  check_files(command, config);
  check_outputs(command);
  TrainLog log(command.log,
               command.resume.empty() ? EventLog::Mode::kReplace : EventLog::Mode::kAppend,
               command.force);
  if (!command.settings.turned_off.at("fold")) give_freed_memory_back();
  const LoadedData data = load_data(command);
  train::TrainOptions options = options_for(command, data);
  const model::ModelInfo info = info_for(data);
  const train::TrainData parts = data.parts();
  const RunData about_data = run_data(command.val_split, parts, info);
  const train::Engine& engine = torch_engine();
  options.network.device = engine.resolve_device(command.settings.device);
  choose_precision(options.network);
  choose_threads(options.network);
  train::RunState first = first_state(command, about_data, data, options);
  check_start(command, first.network.weights, parts.test);
  Reporter reporter(command, log, parts.test,
                    checkpoint_writer(command, options, about_data, info));
  reporter.on_start(run_start(command, options, data, engine));

  const auto network = engine.make_network(options.network);
  const std::atomic<int>& stop = defer_interrupts();
  train::TrainResult result =
      train::train(*network, options, parts, std::move(first), reporter, stop);
  const Saved saved = save_result(command, result, info);
  const RunEnd end = run_end(saved.path, result);
  reporter.on_end(end);
  print_result(command, end);
  if (!saved.failure.empty()) throw Error(ErrorCode::kIo, saved.failure);
  // What was trained is kept, but is not what the files say now.
  data.check_unchanged();
  return with_failures(exit_code(end, stop), reporter.failures(), end);
}

void add_files(CLI::App& command, TrainCommand& options) {
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
  command
      .add_flag("--force", options.force, "Replace a file that holds no model, or that is no log")
      ->group("Output");
  command.add_flag("--log-steps", options.log_steps, "Write every step's loss to the log too")
      ->group("Output");
  command.add_flag("--json", options.json, "Print the result as one JSON object")->group("Output");
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainCommand>();
  CLI::App* command = app.add_subcommand("train", "Train the network and write its state");
  add_files(*command, *options);
  add_train_settings(*command, options->settings);
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
