#include "train/train_page.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "build_settings.hpp"
#include "cli/text.hpp"
#include "net/classifier.hpp"
#include "report/evaluation.hpp"
#include "report/markdown.hpp"
#include "report/page.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

/// Settings that are told by themselves, and those that a resumed run may change.
constexpr std::array<std::string_view, 6> kApart{"seed",     "epochs",    "schedule_from",
                                                 "patience", "max_steps", "checkpoint_every"};

/// All, or those of a summary.
Facts facts_of(const TrainRun& run, ReportForm form) {
  const RunStart& start = run.start;
  double seconds = 0;
  for (const train::EpochReport& epoch : run.epochs) seconds += epoch.seconds;
  Facts facts{
      {"model", run.end.out},
      {"weights, SHA-256", weights_hash(*run.result.parameters)},
      {"ended", fmt::format("{}, after {} epochs and {} steps", to_string(run.end.reason),
                            run.end.epochs, run.end.steps)},
      {"weights of epoch", std::to_string(run.end.kept_epoch)},
      {"trained for", fmt::format("{:.1f} s", seconds)},
      {"data", start.data},
      {"data, SHA-256", run.data.hash},
      {"pictures", fmt::format("{} to train on, {} to validate, {} to test", start.train_images,
                               start.validation_images, start.test_images)},
      {"recipe", std::string(start.chosen.name)}};
  for (auto& fact : left_out_facts(start.left_out)) facts.push_back(std::move(fact));
  if (!start.from.empty()) facts.emplace_back("started from", start.from);
  if (!start.resume.empty()) facts.emplace_back("went on with", start.resume);
  for (auto& setting : form == ReportForm::kPage
                           ? settings_text(start.options)
                           : changed_settings(start.options, start.chosen.options)) {
    facts.push_back(std::move(setting));
  }
  facts.emplace_back("trained by", std::string("mlpctl ") + kVersion);
  facts.emplace_back("LibTorch", start.libtorch);
  return facts;
}

Json epochs_json(const std::vector<train::EpochReport>& epochs) {
  Json json = Json::array();
  for (const train::EpochReport& epoch : epochs) json.push_back(epoch_json(epoch));
  return {{"epochs", std::move(json)}};
}

Evaluation evaluation_of(const TrainRun& run) {
  const net::Classifier classifier(*run.result.parameters);
  std::vector<float> logits(run.shown.labels.size() * static_cast<std::size_t>(model::kClasses));
  classifier.logits(run.shown.images, logits);
  return evaluate(logits, run.shown.images, run.shown.labels,
                  class_names(run.info.classes, run.shown.classes));
}

}  // namespace

std::string training_record(const RunStart& start, const RunData& data,
                            const train::TrainResult& result) {
  Json changed = Json::object();
  for (auto& [name, value] : changed_settings(start.options, start.chosen.options)) {
    if (std::ranges::count(kApart, name) == 0) changed[name] = value;
  }
  Json record{{"recipe", start.chosen.name}};
  if (!changed.empty()) record["changed"] = std::move(changed);
  record["seed"] = start.options.seed;
  record["epochs"] = result.kept ? result.kept_epoch : result.epochs_done;
  record["train_images"] = start.train_images;
  record["data_sha256"] = data.hash;
  if (result.kept && result.kept->test) record["test_accuracy"] = result.kept->test->accuracy;
  record["mlpctl"] = kVersion;
  return json_text(record);
}

std::string train_report(ReportForm form, const TrainRun& run) {
  const Facts facts = facts_of(run, form);
  const std::string name = std::filesystem::path(run.end.out).filename().string();
  const bool digits = run.info.classes.empty();
  const std::string recipe(run.start.chosen.name);
  const bool measured = run.shown.count() > 0;
  const Evaluation evaluation = evaluation_of(run);
  const std::string title =
      "Training of " + name + (measured ? ", measured on " + run.shown.name : "");
  if (form == ReportForm::kMarkdown) return to_markdown(title, evaluation, facts);
  Json json{{"kind", "evaluation"},
            {"title", printable(title)},
            {"run", epochs_json(run.epochs)},
            {"weights", weights_json(*run.result.parameters)},
            {"facts", facts_json(facts)}};
  if (measured) {
    json["comparison"] = "The recipe " + recipe + " reaches " + recipe_figure(recipe, digits) + ".";
    json["evaluation"] = evaluation_json(evaluation);
  }
  return html_page(title, measured ? headline(evaluation) : "", json);
}

}  // namespace mlpctl::app
