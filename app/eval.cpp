#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "build_settings.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/inference.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/text.hpp"
#include "commands.hpp"
#include "eval/low_accuracy.hpp"
#include "eval/metrics.hpp"
#include "eval/report_text.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"
#include "model/info.hpp"
#include "model/model_file.hpp"
#include "report/evaluation.hpp"
#include "report/markdown.hpp"
#include "report/page.hpp"
#include "report/report_files.hpp"
#include "sets/data_set.hpp"
#include "train/clock.hpp"

namespace mlpctl::app {
namespace {

struct EvalOptions {
  std::string model, split = "test";
  std::vector<std::string> data;
  double min_accuracy = 0;
  std::size_t wrong = 20;
  bool json = false;
  model::LoadOptions load;
  InferenceOptions inference;
  ReportFiles report;
};

std::string some_of(const std::vector<std::string>& classes) {
  return classes.empty() ? "0 to 9" : classes[0] + ", " + classes[1] + " and so on";
}

nlohmann::ordered_json to_json(const eval::Report& report, const std::vector<std::string>& names) {
  nlohmann::ordered_json json{
      {"accuracy", report.accuracy},
      {"accuracy_error", report.accuracy_error},
      {"accuracy_interval", {report.accuracy_interval.low, report.accuracy_interval.high}},
      {"loss", report.loss},
      {"ece", report.calibration_error},
      {"count", report.count},
      {"per_class", nlohmann::ordered_json::array()}};
  for (std::size_t digit = 0; digit < report.per_class.size(); ++digit) {
    const eval::ClassScore& score = report.per_class[digit];
    nlohmann::ordered_json entry{{"digit", digit},
                                 {"precision", score.precision},
                                 {"recall", score.recall},
                                 {"f1", score.f1},
                                 {"support", score.support}};
    if (names[digit] != std::to_string(digit)) entry["class"] = names[digit];
    json["per_class"].push_back(std::move(entry));
  }
  json["confusion"] = report.confusion;
  return json;
}

Evaluation measure(const Inference& inference, const data::Dataset& set,
                   const std::vector<std::string>& classes) {
  const train::Clock clock;
  const std::vector<float> logits = inference.logits(set.images);
  set.check_unchanged();
  spdlog::debug("answered {} images in {:.6f} s", set.count(), clock.seconds());
  return evaluate(logits, set.images, set.labels, classes);
}

nlohmann::ordered_json to_json(const eval::Sample& wrong, const data::Dataset& set) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (set.files.empty()) {
    json["index"] = wrong.index;
  } else {
    json["file"] = set.files[wrong.index];
  }
  json["label"] = wrong.label;
  json["answer"] = wrong.answer;
  json["confidence"] = wrong.confidence();
  return json;
}

/// "wrong: 2, the surest first" and a line for each of the first `most`.
std::string wrong_text(const std::vector<eval::Sample>& wrong, const data::Dataset& set,
                       const std::vector<std::string>& names, std::size_t most) {
  if (wrong.empty() || most == 0) return "";
  std::string text = fmt::format("\nwrong: {}, the surest first\n", wrong.size());
  for (std::size_t i = 0; i < std::min(most, wrong.size()); ++i) {
    const eval::Sample& each = wrong[i];
    const std::string picture = set.files.empty() ? fmt::format("picture {}", each.index)
                                                  : printable(set.files[each.index]);
    text += fmt::format("{}: {}, answered {} with {:.2f} %\n", picture, names[each.label],
                        names[each.answer], 100 * each.confidence());
  }
  if (wrong.size() > most) text += fmt::format("and {} more\n", wrong.size() - most);
  return text;
}

/// A sentence for each picture that has no answer or no label.
std::vector<std::string> left_out(const PreparedSet& prepared) {
  std::vector<std::string> all = prepared.set.unlabelled;
  all.insert(all.end(), prepared.left_out.begin(), prepared.left_out.end());
  return all;
}

void print(const EvalOptions& options, const Evaluation& evaluation, const PreparedSet& prepared) {
  const std::vector<eval::Sample>& wrong = evaluation.samples.wrong;
  const eval::Report& report = evaluation.report;
  std::vector<std::string> names = evaluation.classes;
  if (options.json) {
    nlohmann::ordered_json json = to_json(report, names);
    json["wrong"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < std::min(options.wrong, wrong.size()); ++i) {
      json["wrong"].push_back(to_json(wrong[i], prepared.set));
    }
    json["left_out"] = left_out(prepared);
    std::cout << json_text(json) << '\n';
    return;
  }
  for (std::string& name : names) name = printable(name);
  std::cout << eval::to_text(report, names)
            << wrong_text(wrong, prepared.set, names, options.wrong);
  const std::size_t left = left_out(prepared).size();
  if (left > 0) std::cout << "left out: " << left << ", which count in none of this\n";
}

void check_files(const EvalOptions& options, const std::string& config) {
  RunFiles files;
  files.add_input("--model", options.model);
  files.add_input("--config", config);
  for (const std::string& path : options.data) files.add_inputs("--data", data_files(path));
  if (options.data.empty()) files.add_inputs("--data", data_files(""));
  options.report.check(files);
  files.check();
  options.report.probe();
}

Facts facts_of(const EvalOptions& options, const model::ModelInfo& info,
               const model::ParameterViews& parameters, const PreparedSet& prepared) {
  const data::Dataset& set = prepared.set;
  Facts facts{{"model", options.model}, {"weights, SHA-256", weights_hash(parameters)}};
  for (auto& fact : training_facts(info.training)) facts.push_back(std::move(fact));
  facts.emplace_back("measured on", fmt::format("{}, {} pictures", set.name, set.count()));
  for (auto& fact : left_out_facts(left_out(prepared))) facts.push_back(std::move(fact));
  facts.emplace_back("pictures, SHA-256", sha256_hex(std::as_bytes(set.images)));
  facts.emplace_back("labels, SHA-256", sha256_hex(std::as_bytes(set.labels)));
  facts.emplace_back("measured by", std::string("mlpctl ") + kVersion);
  return facts;
}

/// The recipe's figure beside the accuracy; which recipe it was, the file may say.
std::string comparison(const model::ModelInfo& info, const data::Dataset& set) {
  const auto training =
      info.training.empty() ? nlohmann::json() : nlohmann::json::parse(info.training);
  const bool known =
      training.is_object() && training.contains("recipe") && training["recipe"].is_string();
  const std::string recipe = known ? training["recipe"].get<std::string>() : "default";
  const std::string figure = recipe_figure(recipe, set.classes.empty());
  if (figure.empty()) return "";
  return "The recipe " + recipe + " reaches " + figure +
         (known ? "." : "; the file does not say which recipe made it.");
}

void write_report(const EvalOptions& options, const Evaluation& evaluation,
                  const model::ModelInfo& info, const model::ParameterViews& parameters,
                  const PreparedSet& prepared) {
  if (options.report.empty()) return;
  const data::Dataset& set = prepared.set;
  const Facts facts = facts_of(options, info, parameters, prepared);
  const std::string title =
      std::filesystem::path(options.model).filename().string() + " on " + set.name;
  options.report.write([&](ReportForm form) {
    if (form == ReportForm::kMarkdown) return to_markdown(title, evaluation, facts);
    return html_page(title, headline(evaluation),
                     {{"kind", "evaluation"},
                      {"title", printable(title)},
                      {"comparison", comparison(info, set)},
                      {"evaluation", evaluation_json(evaluation)},
                      {"weights", weights_json(parameters)},
                      {"facts", facts_json(facts)}});
  });
}

data::Dataset load_data(const EvalOptions& options, const model::ModelInfo& info) {
  if (options.data.size() > 1) return load_shard_set(options.data, info.classes);
  const std::string path = find_data(options.data.empty() ? "" : options.data[0]);
  const data::Part part = options.split == "test" ? data::Part::kTest : data::Part::kTrain;
  return load_set(path, part, info.classes);
}

PreparedSet load_prepared(const EvalOptions& options, const model::ModelInfo& info,
                          const Inference& inference) {
  const bool of_digits = info.preprocess != "none";
  return prepare_and_tell(
      load_data(options, info),
      {.preparation = of_digits ? digits::Preparation::kDigit : digits::Preparation::kReduced,
       .purpose = Purpose::kMeasure,
       .network = [&](std::span<const std::uint8_t> images) { return inference.logits(images); },
       .threads = inference.threads()});
}

/// What an accuracy as low as guessing may come from.
void tell_low_accuracy(const eval::Report& report, const data::Dataset& set,
                       const model::ModelInfo& info, const Inference& inference) {
  std::string hint = eval::low_accuracy_hint(
      report.accuracy, set.images, set.labels,
      [&](std::span<const std::uint8_t> images) { return inference.logits(images); });
  if (hint.empty()) return;
  if (info.classes != set.classes) {
    hint += "; the model's classes are " + some_of(info.classes) + ", the data's " +
            some_of(set.classes);
  }
  spdlog::warn("{}: {}", set.name, hint);
}

/// Whoever asks for a share of right answers gets none for a picture that has no answer.
ExitCode judge_accuracy(const EvalOptions& options, const eval::Report& report,
                        std::size_t left_out) {
  const double accuracy = static_cast<double>(report.correct) /
                          static_cast<double>(report.count + static_cast<std::int64_t>(left_out));
  if (accuracy >= options.min_accuracy) return ExitCode::kDone;
  spdlog::error("accuracy {:.4f}{} is below --min-accuracy {}", accuracy,
                left_out > 0 ? ", with what is left out taken for wrong," : "",
                options.min_accuracy);
  return ExitCode::kBelowThreshold;
}

ExitCode run(const EvalOptions& options, const std::string& config) {
  check_files(options, config);
  const state::StateFile file = state::open_state(options.model);
  const model::ModelView model = model::view_in(file, options.load);
  const model::ModelInfo info = model::info_in(file);
  const Inference inference(model.parameters, options.inference);
  const PreparedSet prepared = load_prepared(options, info, inference);
  const data::Dataset& set = prepared.set;
  spdlog::debug("{}: {} images, {} threads", set.name, set.count(), inference.threads());

  // The clock runs only from here on: the start of LibTorch is not what is measured.
  const Evaluation evaluation = measure(inference, set, class_names(info.classes, set.classes));
  const eval::Report& report = evaluation.report;
  if (!std::isfinite(report.loss)) {
    throw Error(ErrorCode::kCorruption,
                options.model + ": its answers are not finite numbers; train it again");
  }
  print(options, evaluation, prepared);
  write_report(options, evaluation, info, model.parameters, prepared);
  tell_low_accuracy(report, set, info, inference);
  return judge_accuracy(options, report, prepared.left_out.size());
}

}  // namespace

void add_eval(CLI::App& app) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* command = app.add_subcommand("eval", "Measure a model on a data set");
  command->add_option("--model", options->model, "Model to measure: any file that load accepts")
      ->type_name("FILE")
      ->required()
      ->group("Input");
  add_load_options(*command, options->load);
  command
      ->add_option("--data", options->data,
                   std::string(kDataHelp) + "; of tar shards there may be several")
      ->type_name("PATH")
      ->group("Input");
  one_of(command->add_option("--split", options->split, "Part of the data set to answer"),
         {"test", "train"})
      ->capture_default_str()
      ->group("Input");
  command
      ->add_option("--min-accuracy", options->min_accuracy,
                   "Share of right answers, from 0 to 1, below which the exit status is 3")
      ->type_name("X")
      ->check(unnamed(CLI::Range(0.0, 1.0)))
      ->capture_default_str()
      ->group("Output");
  command
      ->add_option("--wrong", options->wrong,
                   "How many of the wrong answers to list, the surest first")
      ->type_name("N")
      ->capture_default_str()
      ->group("Output");
  command->add_flag("--json", options->json, "Print the results as one JSON object")
      ->group("Output");
  options->report.add_option(*command,
                             "Write what was measured as a page to look at (.html) or a summary "
                             "for a CI run (.md); may be given for both");
  add_inference_options(*command, options->inference);
  add_examples(*command, {"mlpctl eval --model mlp.pt",
                          "mlpctl eval --model mlp.pt --min-accuracy 0.97 --json > result.json",
                          "mlpctl eval --model mlp.pt --data shards/*.tar"});
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
