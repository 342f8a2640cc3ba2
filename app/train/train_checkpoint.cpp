#include "train/train_checkpoint.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/usage_error.hpp"
#include "model/checkpoint.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

/// The settings that would make a resumed run another one. A longer run, other threads or another
/// device are how one goes on.
std::vector<std::string> fixed_settings(const train::TrainOptions& options) {
  std::vector<std::string> names;
  for_each_field(options, [&](const auto& field) {
    if (field.on_resume == train::OnResume::kSame) names.emplace_back(field.name);
  });
  // The rate of the other schedules depends on how long the run is.
  if (options.schedule != train::ScheduleKind::kConstant) names.emplace_back("epochs");
  return names;
}

void require_same(const std::string& path, const Json& before, const train::TrainOptions& options) {
  const Json now = Json::parse(settings_json(options).dump());
  for (const std::string& name : fixed_settings(options)) {
    if (before.contains(name) && before[name] != now[name]) {
      throw UsageError("--resume " + path + ": the run had " + name + " " + before[name].dump() +
                       ", not " + now[name].dump() + "; give the same settings to go on with it");
    }
  }
}

}  // namespace

void write_checkpoint(const std::string& path, const train::RunState& run,
                      const train::TrainOptions& options, const model::ModelInfo& info) {
  Json about = settings_json(options);
  about["best_accuracy"] = run.best_accuracy;
  about["best_epoch"] = run.best_epoch;
  const train::OptimizerOptions& optimizer = options.network.optimizer;
  model::Checkpoint checkpoint;
  checkpoint.model = {run.network.weights, info};
  checkpoint.optimizer = {.kind = optimizer.kind,
                          .lr = options.learning_rate,
                          .weight_decay = optimizer.weight_decay,
                          .momentum = optimizer.momentum,
                          .step = run.network.step,
                          .first = run.network.first,
                          .second = run.network.second};
  checkpoint.epoch = run.epochs_done;
  if (options.network.ema > 0) checkpoint.average = run.network.average;
  checkpoint.best = run.best;
  checkpoint.run = about.dump();
  model::save_checkpoint(path, checkpoint);
}

train::RunState read_checkpoint(const std::string& path, const train::TrainOptions& options) {
  model::Checkpoint checkpoint = model::load_checkpoint(path);
  if (checkpoint.optimizer.kind != options.network.optimizer.kind) {
    const std::string name(to_string(checkpoint.optimizer.kind));
    throw UsageError("--resume " + path + ": its optimizer is " + name + "; give --optimizer " +
                     name);
  }
  train::RunState run;
  if (!checkpoint.run.empty()) {
    const Json about = Json::parse(checkpoint.run);
    require_same(path, about, options);
    run.best_accuracy = about.value("best_accuracy", run.best_accuracy);
    run.best_epoch = about.value("best_epoch", run.best_epoch);
  }
  run.epochs_done = checkpoint.epoch;
  run.best = std::move(checkpoint.best);
  run.network.average = checkpoint.average ? *checkpoint.average : checkpoint.model.parameters;
  run.network.weights = std::move(checkpoint.model.parameters);
  run.network.first = std::move(checkpoint.optimizer.first);
  run.network.second = std::move(checkpoint.optimizer.second);
  run.network.step = checkpoint.optimizer.step;
  return run;
}

}  // namespace mlpctl::app
