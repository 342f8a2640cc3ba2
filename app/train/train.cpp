#include <malloc.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "base/atomic_file.hpp"
#include "cli/cli.hpp"
#include "cli/data_set.hpp"
#include "cli/interrupt.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "train/train_checkpoint.hpp"
#include "train/train_log.hpp"
#include "train/train_options.hpp"
#include "train/train_progress.hpp"
#include "version.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

struct TrainCommand {
  std::string data, out, from, log, checkpoint, resume, device = "auto";
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

/// Tells the terminal and the log what happens.
class Reporter : public train::TrainEvents {
 public:
  /// Keeps a state after an epoch.
  using Keep = std::function<void(const train::RunState&)>;

  Reporter(TrainLog& log, bool log_steps, Keep keep)
      : log_(log), log_steps_(log_steps), keep_(std::move(keep)) {}

  void on_step(const train::StepReport& report) override {
    progress_.show(report);
    if (log_steps_) {
      log_.write({{"event", "step"},
                  {"step", report.total_step},
                  {"loss", report.loss ? Json(*report.loss) : Json()},
                  {"lr", report.rate}});
    }
  }
  void on_epoch(const train::EpochReport& report) override {
    progress_.show(report);
    log_.write(epoch_json(report));
  }
  void on_state(const std::function<train::RunState()>& make) override {
    if (keep_) keep_(make());
  }

 private:
  TrainLog& log_;
  bool log_steps_;
  Keep keep_;
  TrainProgress progress_;
};

Json start_json(const TrainCommand& command, const train::TrainOptions& options,
                const LoadedData& data, const std::string& torch_version) {
  Json json{{"event", "start"}};
  json["data"] = data.folder;
  json["train_images"] = data.train.count();
  json["val_images"] = data.validation.count();
  json["test_images"] = data.test.count();
  json["out"] = command.out;
  json["from"] = command.from.empty() ? Json() : Json(command.from);
  json["resume"] = command.resume.empty() ? Json() : Json(command.resume);
  json["recipe"] = command.settings.recipe;
  json.update(settings_json(options));
  json["mlpctl"] = kVersion;
  json["libtorch"] = torch_version;
  return json;
}

void show_start(const Json& start) {
  const Json flat = start.flatten();
  for (const auto& [name, value] : flat.items()) {
    if (name == "/event" || value.is_null()) continue;
    spdlog::info("{:<24}{}", name.substr(name.rfind('/') + 1),
                 value.is_string() ? value.get<std::string>() : value.dump());
  }
}

Json end_json(const TrainCommand& command, const train::TrainResult& result) {
  Json json{{"event", "end"},
            {"reason", to_string(result.end)},
            {"epochs", result.epochs_done},
            {"steps", result.steps_done},
            {"kept_epoch", result.kept_epoch},
            {"out", result.parameters ? Json(command.out) : Json()}};
  if (result.last_epoch) {
    json["train_loss"] = result.last_epoch->train_loss;
    for (const char* name : {"test_loss", "test_accuracy", "val_loss", "val_accuracy"}) {
      json[name] = epoch_json(*result.last_epoch)[name];
    }
  }
  return json;
}

model::Model start_model(const TrainCommand& command, std::uint64_t seed,
                         const std::vector<std::string>& classes) {
  model::Model model;
  model.parameters = command.from.empty()
                         ? model::initial_parameters(seed)
                         : model::load_model(command.from, command.load).model.parameters;
  model.info.classes = classes;
  if (!classes.empty()) model.info.preprocess = "none";
  return model;
}

ExitCode finish(const TrainCommand& command, const train::TrainResult& result, int signal_number) {
  switch (result.end) {
    case train::TrainEnd::kNotFinite:
      throw Error("the loss is not finite after step " + std::to_string(result.steps_done) +
                  (result.parameters ? "; " + command.out + " holds the state after epoch " +
                                           std::to_string(result.kept_epoch)
                                     : "; nothing was written") +
                  "; try a smaller --lr");
    case train::TrainEnd::kStopped:
      return signal_number == SIGTERM ? ExitCode::kTerminated : ExitCode::kInterrupted;
    default:
      return ExitCode::kDone;
  }
}

void print_result(const TrainCommand& command, const Json& end) {
  if (command.json) {
    std::cout << json_text(end) << '\n';
    return;
  }
  if (end["out"].is_null()) return;
  std::cout << printable(command.out) << ": " << end["epochs"] << " epochs";
  if (end.contains("test_accuracy") && !end["test_accuracy"].is_null()) {
    std::cout << fmt::format(", test accuracy {:.2f} %", 100 * end["test_accuracy"].get<double>());
  }
  std::cout << '\n';
}

Reporter::Keep checkpoint_writer(const TrainCommand& command, const train::TrainOptions& options,
                                 const model::ModelInfo& info) {
  if (command.checkpoint.empty()) return {};
  return [&](const train::RunState& state) {
    write_checkpoint(command.checkpoint, state, options, info);
  };
}

void check_files(const TrainCommand& command) {
  if (!command.from.empty() && !command.resume.empty()) {
    throw UsageError("--from starts a run and --resume goes on with one: give one of them");
  }
  if (command.from.empty() && !command.load.key.empty()) {
    throw UsageError("--key chooses a state in the file of --from, which is missing");
  }
  model::check_output(command.out, {.force = command.force});
  if (!command.checkpoint.empty())
    model::check_output(command.checkpoint, {.force = command.force});
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

// For the folded network: its steps keep their buffers, and what else is large comes and goes with
// an epoch; kept by the allocator, it would hold 20 MB. (Layer by layer, every step takes new
// blocks.)
void give_freed_memory_back() {
  constexpr int kLarge = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

ExitCode run(TrainCommand& command) {
  check_files(command);
  if (!command.settings.no_fold) give_freed_memory_back();
  const LoadedData data = load_data(command);
  const train::TrainData parts = data.parts();
  train::TrainOptions options = resolve(command.settings, data.train.classes.empty());
  train::check(options, data.train.count(), data.validation.count());
  model::Model model = start_model(command, options.seed, data.train.classes);
  train::RunState first = command.resume.empty() ? train::fresh_run(std::move(model.parameters))
                                                 : read_checkpoint(command.resume, options);
  TrainLog log(command.log, !command.resume.empty());
  train::Engine& engine = torch_engine();
  options.network.device = engine.resolve_device(command.device);
  choose_precision(options.network);
  const Json start = start_json(command, options, data, engine.version());
  show_start(start);
  log.write(start);

  const auto network = engine.make_network(options.network);
  Reporter reporter(log, command.log_steps, checkpoint_writer(command, options, model.info));
  const std::atomic<int>& stop = defer_interrupts();
  train::TrainResult result =
      train::train(*network, options, parts, std::move(first), reporter, stop);
  if (result.parameters) {
    model.parameters = std::move(*result.parameters);
    model::save_model(command.out, model, {.force = command.force});
  }
  const Json end = end_json(command, result);
  log.write(end);
  print_result(command, end);
  return finish(command, result, stop);
}

void add_files(CLI::App& command, TrainCommand& options) {
  command.add_option("--data", options.data, "Folder with the data set's IDX files")
      ->type_name("DIR")
      ->group("Input");
  command
      .add_option("--val-split", options.val_split,
                  "Pictures at the training set's end kept for validation")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("Input");
  command.add_option("--from", options.from, "State to start from: any file that load accepts")
      ->type_name("FILE")
      ->group("Input");
  add_load_options(command, options.load);
  command
      .add_option("--resume", options.resume,
                  "Checkpoint to go on from, with the same settings: ours or Python's")
      ->type_name("FILE")
      ->group("Input");
  command.add_option("--out", options.out, "State file to write: .pt, .pth or .safetensors")
      ->type_name("FILE")
      ->required()
      ->group("Output");
  command.add_option("--log", options.log, "Log to write, a JSON object a line")
      ->type_name("FILE")
      ->group("Output");
  command
      .add_option("--checkpoint", options.checkpoint,
                  "File to write the whole run to after each epoch, for --resume")
      ->type_name("FILE")
      ->group("Output");
  command.add_flag("--force", options.force, "Replace an output that is not a state file")
      ->group("Output");
  command.add_flag("--log-steps", options.log_steps, "Log every step's loss too")->group("Output");
  command.add_flag("--json", options.json, "Print the result as JSON")->group("Output");
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainCommand>();
  CLI::App* command = app.add_subcommand("train", "Train the network and write its state");
  add_files(*command, *options);
  add_train_settings(*command, options->settings);
  command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->group("Device");
  on_run(*command, [options] { return run(*options); });
}

}  // namespace mlpctl::app
