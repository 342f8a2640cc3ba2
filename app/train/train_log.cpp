#include "train/train_log.hpp"

#include <nlohmann/json.hpp>

#include "build_settings.hpp"
#include "cli/text.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

void add_scores(Json& json, const train::EpochReport& report) {
  const auto add = [&](const std::string& part, const std::optional<train::Score>& score) {
    json[part + "_loss"] = score ? Json(score->loss) : Json();
    json[part + "_accuracy"] = score ? Json(score->accuracy) : Json();
  };
  add("test", report.test);
  add("val", report.validation);
}

Json start_json(const RunStart& start) {
  Json json{{"event", "start"},
            {"data", start.data},
            {"train_images", start.train_images},
            {"val_images", start.validation_images},
            {"test_images", start.test_images},
            {"out", start.out},
            {"from", or_null(start.from)},
            {"resume", or_null(start.resume)},
            {"recipe", start.recipe}};
  json.update(settings_json(start.options));
  json["mlpctl"] = kVersion;
  json["libtorch"] = start.libtorch;
  json["left_out"] = start.left_out;
  if (start.ranks > 1) json["ranks"] = start.ranks;
  return json;
}

Json step_json(const train::StepReport& report) {
  return {{"event", "step"},
          {"step", report.total_step},
          {"loss", report.loss ? Json(*report.loss) : Json()},
          {"lr", report.learning_rate}};
}

Json end_json(const RunEnd& end) {
  Json json{{"event", "end"},     {"reason", to_string(end.reason)}, {"epochs", end.epochs},
            {"steps", end.steps}, {"kept_epoch", end.kept_epoch},    {"out", or_null(end.out)}};
  if (end.kept) {
    json["train_loss"] = end.kept->train_loss;
    add_scores(json, *end.kept);
  }
  json["left_out"] = end.left_out;
  return json;
}

}  // namespace

Json epoch_json(const train::EpochReport& report) {
  Json json{{"event", "epoch"}, {"epoch", report.epoch}, {"train_loss", report.train_loss}};
  add_scores(json, report);
  json["lr"] = report.learning_rate;
  json["seconds"] = report.seconds;
  json["images_per_second"] = report.images_per_second;
  return json;
}

TrainLog::TrainLog(const std::string& path, EventLog::Mode mode, bool force) {
  if (!path.empty()) file_.emplace(path, mode, force);
}

void TrainLog::begin() {
  if (file_) file_->begin();
}

void TrainLog::write(const RunStart& start) {
  write_line(start_json(start));
}

void TrainLog::write(const train::StepReport& report) {
  write_line(step_json(report));
}

void TrainLog::write(const train::EpochReport& report) {
  write_line(epoch_json(report));
}

void TrainLog::write(const RunEnd& end) {
  write_line(end_json(end));
}

void TrainLog::write_line(const Json& line) {
  if (file_) file_->write_line(json_text(line));
}

std::string to_json(const RunEnd& end) {
  return json_text(end_json(end));
}

std::string_view to_string(train::TrainEnd end) {
  switch (end) {
    case train::TrainEnd::kFinished:
      return "finished";
    case train::TrainEnd::kPatience:
      return "patience";
    case train::TrainEnd::kMaxSteps:
      return "max-steps";
    case train::TrainEnd::kStopped:
      return "interrupted";
    case train::TrainEnd::kNotFinite:
      break;
  }
  return "not finite";
}

}  // namespace mlpctl::app
