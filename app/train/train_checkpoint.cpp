#include "train/train_checkpoint.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "cli/text.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"
#include "model/checkpoint.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

/// A checkpoint that is read, and the run that is to go on with it.
struct Resumed {
  const std::string& path;
  const TrainSettings& settings;
  train::TrainOptions& options;
  const Json& before;

  [[noreturn]] void refuse(const std::string& why) const {
    throw UsageError("--resume " + path + ": " + why);
  }
  [[noreturn]] void refuse(std::string_view name, const Json& was, const Json& now) const {
    refuse("the run had " + std::string(name) + " " + was.dump() + ", not " + now.dump() +
           "; give the same settings to go on with it");
  }
};

// What the file's optimizer says for itself, whoever wrote it.
bool is_of_optimizer(std::string_view name) {
  constexpr std::string_view kNames[] = {"optimizer", "lr", "momentum", "weight_decay"};
  return std::ranges::count(kNames, name) > 0;
}

/// Takes the file's value, unless the user gave another.
template <typename Value, typename Show>
void take(const Resumed& resumed, std::string_view name, Value& ours, const Value& theirs,
          const Show& show) {
  if (ours != theirs && given(resumed.settings, name)) {
    std::string flag = "--" + std::string(name);
    std::replace(flag.begin(), flag.end(), '_', '-');
    resumed.refuse(flag + " " + show(ours) + " is against its optimizer's " + std::string(name) +
                   " " + show(theirs) + "; leave " + flag + " out to go on with it");
  }
  ours = theirs;
}

// The file may have kept them as float32, as which they are used.
void take(const Resumed& resumed, std::string_view name, double& ours, double theirs) {
  if (static_cast<float>(ours) == static_cast<float>(theirs)) ours = theirs;
  take(resumed, name, ours, theirs, [](double value) { return Json(value).dump(); });
}

void take_optimizer(const Resumed& resumed, const model::OptimizerState& theirs) {
  train::OptimizerOptions& ours = resumed.options.network.optimizer;
  const auto word = [](model::OptimizerKind kind) { return std::string(to_string(kind)); };
  const bool both_adam =
      theirs.kind != model::OptimizerKind::kSgd && ours.kind != model::OptimizerKind::kSgd;
  const bool chosen = !theirs.kind_known && both_adam && given(resumed.settings, "optimizer");
  if (!chosen) take(resumed, "optimizer", ours.kind, theirs.kind, word);
  take(resumed, "lr", resumed.options.learning_rate, theirs.lr);
  take(resumed, "momentum", ours.momentum, theirs.momentum);
  take(resumed, "weight_decay", ours.weight_decay, theirs.weight_decay);
  ours.beta1 = theirs.beta1;
  ours.beta2 = theirs.beta2;
  ours.eps = theirs.eps;
  ours.dampening = theirs.dampening;
  ours.nesterov = theirs.nesterov;
}

/// Whoever does not name the weights has the moments of the layers' own.
void take_weights(const Resumed& resumed) {
  if (resumed.before.contains("weights")) return;
  take(resumed, "weights", resumed.options.network.weights, train::Weights::kLayers,
       [](train::Weights weights) { return std::string(to_string(weights)); });
}

void require_same_settings(const Resumed& resumed, bool other_epochs) {
  const Json& before = resumed.before;
  const Json now = Json::parse(settings_json(resumed.options).dump());
  for_each_field(resumed.options, [&](const auto& field) {
    const std::string name(field.name);
    if (field.on_resume == train::OnResume::kFree || is_of_optimizer(name)) return;
    // The recipe's warm-up is shorter in a run of few epochs.
    if (name == "warmup" && other_epochs && !given(resumed.settings, name)) return;
    if (before.contains(name) && before[name] != now[name]) {
      resumed.refuse(name, before[name], now[name]);
    }
  });
}

void require_same_data(const Resumed& resumed, const RunData& data) {
  const Json& before = resumed.before;
  if (!before.contains("data_hash") || !before.contains("val_split")) {
    spdlog::warn("{}: an older checkpoint, which does not say what data and --val-split it had",
                 printable(resumed.path));
    return;
  }
  if (before["val_split"] != data.val_split) {
    resumed.refuse("val_split", before["val_split"], data.val_split);
  }
  if (before["data_hash"] != data.hash) {
    resumed.refuse("the run had other data than --data; give the same to go on with it");
  }
}

/// A count that our own part of the file holds; 0 where it does not.
std::int64_t count_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return 0;
  return std::max<std::int64_t>(0, found->get<std::int64_t>());
}

double number_in(const Json& json, const char* name, double otherwise) {
  const auto found = json.find(name);
  return found == json.end() || !found->is_number() ? otherwise : found->get<double>();
}

/// The epochs may be others; where the rate or the clean epochs depend on them, that is told.
void take_course(const Resumed& resumed, std::int64_t step, bool other_epochs) {
  train::TrainOptions& options = resumed.options;
  const bool says_from = given(resumed.settings, "schedule_from");
  if (!other_epochs) {
    options.course_start = count_in(resumed.before, "course_start");
    if (says_from) spdlog::warn("--schedule-from: the epochs are the same, so the course goes on");
    return;
  }
  const bool now = options.schedule_from == train::ScheduleFrom::kNow;
  if (now) options.course_start = step;
  if (!depends_on_epochs(options)) return;
  const std::int64_t before = resumed.before["epochs"].get<std::int64_t>();
  if (options.epochs < before) resumed.refuse("epochs", before, options.epochs);
  const bool changes = changes_images(options.augment);
  std::string end;
  if (changes && options.calm > 0) {
    end += fmt::format("; its last {:g} % on calmer pictures", 100 * options.calm);
  }
  if (changes && options.clean_epochs > 0) {
    end += fmt::format("; its last {} on the pictures as they are", options.clean_epochs);
  }
  const std::string from =
      options.schedule == train::ScheduleKind::kConstant ? "the rate stays"
      : now ? fmt::format("a new {} course of the rate starts here, after step {}",
                          to_string(options.schedule), step)
            : fmt::format(
                  "the {} course of the rate is that of {} epochs from the start, taken up "
                  "after step {}",
                  to_string(options.schedule), options.epochs, step);
  spdlog::info("--epochs {} instead of {}, --schedule-from {}: {}{}", options.epochs, before,
               to_string(options.schedule_from), from, end);
}

/// Where in an epoch the run stood; only while the file's other parts are as we wrote them.
void take_place(const Resumed& resumed, train::RunState& run) {
  const auto place = resumed.before.find("place");
  if (place == resumed.before.end() || !place->is_object()) return;
  const std::int64_t epoch_step = count_in(*place, "epoch_step");
  if (epoch_step == 0) return;
  if (count_in(*place, "step") != run.network.step ||
      count_in(*place, "epoch") != run.epochs_done) {
    spdlog::warn("{}: trained on elsewhere, so it goes on at the start of epoch {}",
                 printable(resumed.path), run.epochs_done + 1);
    return;
  }
  run.epoch_step = epoch_step;
  run.network.loss = {number_in(*place, "loss_sum", 0), count_in(*place, "loss_pictures")};
}

std::span<const std::byte> bytes_of(std::span<const std::uint8_t> values) {
  return std::as_bytes(values);
}

void add_sample(const train::Examples& examples, std::string& text) {
  constexpr std::int64_t kSampled = 1024;
  text += std::to_string(examples.count()) + " " + sha256_hex(bytes_of(examples.labels));
  std::vector<std::uint8_t> sample;
  train::Image buffer;
  const std::int64_t count = std::min(kSampled, examples.count());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = i * examples.count() / count;
    const std::uint8_t* picture = examples.image(index, buffer);
    sample.insert(sample.end(), picture, picture + model::kPixels);
  }
  text += " " + sha256_hex(bytes_of(sample)) + "\n";
}

Json about(const train::RunState& run, const train::TrainOptions& options, const RunData& data) {
  Json json = settings_json(options);
  json["course_start"] = options.course_start;
  json["val_split"] = data.val_split;
  json["data_hash"] = data.hash;
  json["best_accuracy"] = run.best_accuracy;
  json["best_epoch"] = run.best_epoch;
  json["place"] = {{"step", run.network.step},
                   {"epoch", run.epochs_done},
                   {"epoch_step", run.epoch_step},
                   {"loss_sum", run.network.loss.sum},
                   {"loss_pictures", run.network.loss.pictures}};
  return json;
}

/// Another's run: its optimizer says the rate, and nothing how the rate goes on.
void take_foreign_course(const Resumed& resumed, const model::Checkpoint& checkpoint) {
  train::TrainOptions& options = resumed.options;
  if (!given(resumed.settings, "schedule")) options.schedule = train::ScheduleKind::kConstant;
  if (!given(resumed.settings, "warmup")) options.warmup = 0;
  spdlog::info("{}: {} goes on with its own settings and a {} course of its rate {}", resumed.path,
               to_string(options.network.optimizer.kind), to_string(options.schedule),
               options.learning_rate);
  if (checkpoint.optimizer.step_known) return;
  spdlog::info("{}: does not say its steps; they are taken for those of {} epochs", resumed.path,
               checkpoint.epoch);
}

/// Python's scheduler would set other rates than any course here; who names a course wants that.
void check_scheduler(const Resumed& resumed, const model::Checkpoint& checkpoint) {
  if (checkpoint.scheduler.empty()) return;
  if (!given(resumed.settings, "schedule")) {
    throw Error(ErrorCode::kNotSupported,
                "--resume " + resumed.path + ": its " + checkpoint.scheduler +
                    " cannot be gone on with; give --schedule constant to go on with its last "
                    "rate, or another --schedule for a course from there");
  }
  spdlog::warn("{}: its {} is passed over for --schedule {}", resumed.path, checkpoint.scheduler,
               to_string(resumed.options.schedule));
}

/// Where the file does not count its steps, those of its epochs.
std::int64_t steps_of(const model::Checkpoint& checkpoint, const train::TrainOptions& options,
                      const RunData& data) {
  const std::int64_t counted = checkpoint.optimizer.step;
  if (checkpoint.optimizer.step_known) return counted;
  const std::int64_t an_epoch = (data.train_count + options.batch_size - 1) / options.batch_size;
  constexpr std::int64_t kMostEpochs = 1 << 30;  // More would be no count of steps.
  return std::max(counted, std::min(checkpoint.epoch, kMostEpochs) * an_epoch);
}

}  // namespace

RunData run_data(const train::TrainData& data, const model::ModelInfo& info) {
  std::string text;
  add_sample(data.train, text);
  add_sample(data.validation, text);
  for (const std::string& name : info.classes) text += name + "\n";
  return {data.validation.count(), data.train.count(), sha256_hex(std::as_bytes(std::span(text)))};
}

void write_checkpoint(const std::string& path, train::RunState run,
                      const train::TrainOptions& options, const RunData& data,
                      const model::ModelInfo& info, bool force) {
  const train::OptimizerOptions& optimizer = options.network.optimizer;
  model::Checkpoint checkpoint;
  checkpoint.run = about(run, options, data).dump();
  checkpoint.model = {std::move(run.network.weights), info};
  checkpoint.optimizer = {.kind = optimizer.kind,
                          .lr = options.learning_rate,
                          .weight_decay = optimizer.weight_decay,
                          .beta1 = optimizer.beta1,
                          .beta2 = optimizer.beta2,
                          .eps = optimizer.eps,
                          .momentum = optimizer.momentum,
                          .dampening = optimizer.dampening,
                          .nesterov = optimizer.nesterov,
                          .step = run.network.step,
                          .first = std::move(run.network.first),
                          .second = std::move(run.network.second)};
  checkpoint.epoch = run.epochs_done;
  if (options.network.ema > 0) checkpoint.average = std::move(run.network.average);
  checkpoint.best = std::move(run.best);
  model::save_checkpoint(path, checkpoint, force);
}

train::RunState read_checkpoint(const std::string& path, const TrainSettings& settings,
                                const RunData& data, train::TrainOptions& options) {
  model::Checkpoint checkpoint = model::load_checkpoint(path);
  const Json before = checkpoint.run.empty() ? Json::object() : Json::parse(checkpoint.run);
  const Resumed resumed{path, settings, options, before};
  take_optimizer(resumed, checkpoint.optimizer);
  take_weights(resumed);
  check_scheduler(resumed, checkpoint);
  train::RunState run;
  run.epochs_done = checkpoint.epoch;
  run.network.step = steps_of(checkpoint, options, data);
  if (before.empty()) {
    take_foreign_course(resumed, checkpoint);
  } else {
    const auto epochs = before.find("epochs");
    const bool other_epochs = epochs != before.end() && epochs->is_number_integer() &&
                              epochs->get<std::int64_t>() != options.epochs;
    require_same_settings(resumed, other_epochs);
    require_same_data(resumed, data);
    take_course(resumed, run.network.step, other_epochs);
    take_place(resumed, run);
    run.best_accuracy = number_in(before, "best_accuracy", run.best_accuracy);
    run.best_epoch = count_in(before, "best_epoch");
  }
  run.best = std::move(checkpoint.best);
  run.network.average = checkpoint.average ? *checkpoint.average : checkpoint.model.parameters;
  run.network.weights = std::move(checkpoint.model.parameters);
  run.network.first = std::move(checkpoint.optimizer.first);
  run.network.second = std::move(checkpoint.optimizer.second);
  return run;
}

}  // namespace mlpctl::app
