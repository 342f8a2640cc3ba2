#include "train/train_log.hpp"

#include <spdlog/fmt/fmt.h>

#include <cerrno>
#include <cstring>

#include "base/atomic_file.hpp"
#include "cli/text.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

Json accuracy_of(const std::optional<train::Score>& score) {
  return score ? Json(score->accuracy) : Json();
}

Json loss_of(const std::optional<train::Score>& score) {
  return score ? Json(score->loss) : Json();
}

/// The float's own digits: 0.15F as 0.15, not as the double 0.15000000596.
double shown(float value) {
  return std::stod(fmt::format("{}", value));
}

Json augment_json(const train::AugmentOptions& augment) {
  return {{"rotate", shown(augment.rotate)},
          {"scale", shown(augment.scale)},
          {"aspect", shown(augment.aspect)},
          {"shear", shown(augment.shear)},
          {"shift", shown(augment.shift)},
          {"elastic", shown(augment.elastic)},
          {"elastic_sigma", shown(augment.elastic_sigma)},
          {"stroke", shown(augment.stroke)},
          {"upstroke", shown(augment.upstroke)},
          {"bar", shown(augment.bar)},
          {"tail", shown(augment.tail)},
          {"clean_fraction", shown(augment.clean_fraction)}};
}

}  // namespace

TrainLog::TrainLog(const std::string& path, bool append) : path_(path) {
  if (path.empty()) return;
  probe_output(path);
  file_.open(path, append ? std::ios::app : std::ios::trunc);
  if (!file_) throw Error(path + ": cannot be written: " + std::strerror(errno));
}

void TrainLog::write(const Json& line) {
  if (!active()) return;
  file_ << json_text(line) << '\n' << std::flush;
  if (!file_) throw Error(path_ + ": cannot be written: " + std::strerror(errno));
}

Json settings_json(const train::TrainOptions& options) {
  const train::NetworkOptions& network = options.network;
  return {
      {"epochs", options.epochs},
      {"batch_size", options.batch_size},
      {"lr", options.learning_rate},
      {"optimizer", train::to_string(network.optimizer.kind)},
      {"momentum", network.optimizer.momentum},
      {"weight_decay", network.optimizer.weight_decay},
      {"schedule", train::to_string(options.schedule)},
      {"warmup", options.warmup},
      {"ema", network.ema},
      {"label_smoothing", network.label_smoothing},
      {"augment", train::changes_images(options.augment) ? augment_json(options.augment) : Json()},
      {"clean_epochs", options.clean_epochs},
      {"keep", options.keep == train::Keep::kBest ? "best" : "last"},
      {"patience", options.patience},
      {"seed", options.seed},
      {"shuffle", options.shuffle},
      {"max_steps", options.max_steps},
      {"device", network.device},
      {"threads", network.threads},
      {"precision", network.precision == train::Precision::kFloat32 ? "float32" : "bf16"},
      {"fold", network.fold}};
}

Json epoch_json(const train::EpochReport& report) {
  return {{"event", "epoch"},
          {"epoch", report.epoch},
          {"train_loss", report.train_loss},
          {"test_loss", loss_of(report.test)},
          {"test_accuracy", accuracy_of(report.test)},
          {"val_loss", loss_of(report.validation)},
          {"val_accuracy", accuracy_of(report.validation)},
          {"lr", report.rate},
          {"seconds", report.seconds},
          {"images_per_second", report.images_per_second}};
}

std::string to_string(train::TrainEnd end) {
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
