#include "train/train_progress.hpp"

#include <spdlog/spdlog.h>

#include <cmath>

#include "build_settings.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {
namespace {

std::string score_text(const char* name, const std::optional<train::Score>& score) {
  if (!score) return {};
  return fmt::format("  {} loss {:.4f}, accuracy {:.2f} %", name, score->loss,
                     100 * score->accuracy);
}

/// "1:02:03", "2:03" or "3 s".
std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  if (minutes > 0) return fmt::format("{}:{:02}", minutes, whole % 60);
  return fmt::format("{} s", whole);
}

std::string data_text(const RunStart& start) {
  std::string text = fmt::format("{}, {} pictures to train on", start.data, start.train_images);
  const auto add = [&](std::int64_t count, const char* purpose) {
    if (count > 0) text += fmt::format(", {} {}", count, purpose);
  };
  add(start.validation_images, "to validate");
  add(start.test_images, "to test");
  return text;
}

/// "default (handwriting), 28 epochs", and what differs from the recipe.
std::string recipe_text(const RunStart& start) {
  const train::Recipe& recipe = start.chosen;
  std::string text = start.recipe;
  if (recipe.name != start.recipe) text += fmt::format(" ({})", recipe.name);
  const std::int64_t epochs = start.options.epochs;
  text += fmt::format(", {} epoch{}", epochs, epochs == 1 ? "" : "s");
  if (epochs != recipe.options.epochs) text += fmt::format(" instead of {}", recipe.options.epochs);
  const char* joint = "; changed: ";
  for (const auto& [name, value] : changed_settings(start.options, recipe.options)) {
    if (name == "epochs") continue;
    text += joint + name + " " + value;
    joint = ", ";
  }
  return text;
}

/// Every setting, for --verbose; the log has them too.
void show_all(const RunStart& start) {
  const auto line = [](std::string_view name, const auto& value) {
    spdlog::debug("{:<24}{}", name, value);
  };
  line("data", start.data);
  line("train_images", start.train_images);
  line("val_images", start.validation_images);
  line("test_images", start.test_images);
  line("out", start.out);
  if (!start.from.empty()) line("from", start.from);
  if (!start.resume.empty()) line("resume", start.resume);
  line("recipe", start.recipe);
  for (const auto& [name, value] : settings_text(start.options)) line(name, value);
  line("mlpctl", kVersion);
  line("libtorch", start.libtorch);
}

}  // namespace

void TrainProgress::show(const RunStart& start) {
  spdlog::info("data    {}", data_text(start));
  spdlog::info("recipe  {}", recipe_text(start));
  const auto& network = start.options.network;
  const std::string ranks =
      start.ranks > 1 ? fmt::format("{} ranks by {}, each ", start.ranks, start.launcher) : "";
  // Each rank has another one.
  const std::string device =
      start.ranks > 1 ? network.device.substr(0, network.device.find(':')) : network.device;
  spdlog::info("device  {}{}, {} thread{}", ranks, device, network.threads,
               network.threads == 1 ? "" : "s");
  show_all(start);
}

void TrainProgress::show(const train::StepReport& report) {
  const auto now = std::chrono::steady_clock::now();
  if (!line_.active() || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const std::string loss = report.loss ? fmt::format("  loss {:.4f}", *report.loss) : "";
  line_.show(
      fmt::format("epoch {}/{}  {:3.0f} %{}  {:.0f} images/s  {} left", report.epoch, report.epochs,
                  100.0 * static_cast<double>(report.step) / static_cast<double>(report.steps),
                  loss, report.images_per_second, duration_text(report.seconds_left)));
}

void TrainProgress::show(const train::EpochReport& report) {
  line_.clear();
  spdlog::info("epoch {}/{}  loss {:.4f}{}{}  {:.2f} s, {:.0f} images/s", report.epoch,
               report.epochs, report.train_loss, score_text("val", report.validation),
               score_text("test", report.test), report.seconds, report.images_per_second);
}

}  // namespace mlpctl::app
