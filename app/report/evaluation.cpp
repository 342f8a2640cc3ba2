#include "report/evaluation.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/sha256.hpp"
#include "cli/text.hpp"
#include "mlpctl/error.hpp"
#include "report/picture_sheet.hpp"
#include "report/weight_pictures.hpp"
#include "train/recipe.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

/// Four digits after the point are more than is shown.
double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}

/// What a file says of itself, no longer than a page has room for.
std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 1000;
  return text.size() > kMost ? text.substr(0, kMost) + "..." : text;
}

/// [index, label, answer, that of the label, class, probability, class, probability, ...]: the
/// three most probable classes.
Json sample_json(const eval::Sample& sample) {
  std::array<std::size_t, model::kClasses> ranking{};
  for (std::size_t i = 0; i < ranking.size(); ++i) ranking[i] = i;
  std::ranges::stable_sort(ranking, [&](std::size_t a, std::size_t b) {
    return sample.probabilities[a] > sample.probabilities[b];
  });
  Json json{sample.index, sample.label, sample.answer,
            rounded(static_cast<double>(sample.of_label()))};
  for (std::size_t i = 0; i < 3; ++i) {
    json.push_back(ranking[i]);
    json.push_back(rounded(static_cast<double>(sample.probabilities[ranking[i]])));
  }
  return json;
}

/// Puts the pictures of samples on one sheet, each in the order in which it is told.
class SampleList {
 public:
  explicit SampleList(std::span<const std::uint8_t> images) : images_(images) {}

  Json add(const std::vector<eval::Sample>& samples) {
    Json places = Json::array();
    for (const eval::Sample& sample : samples) {
      places.push_back(sheet_.add(images_.subspan(sample.index * kPixels, kPixels)));
      samples_.push_back(sample_json(sample));
    }
    return places;
  }
  void finish(Json& json) {
    json["samples"] = std::move(samples_);
    json["sheet"] = sheet_.uri();
    json["columns"] = PictureSheet::kColumns;
  }

 private:
  static constexpr auto kPixels = static_cast<std::size_t>(model::kPixels);

  std::span<const std::uint8_t> images_;
  PictureSheet sheet_;
  Json samples_ = Json::array();
};

Json scores_json(const eval::Report& report) {
  Json scores = Json::array();
  for (const eval::ClassScore& score : report.per_class) {
    scores.push_back({score.precision, score.recall, score.f1, score.support});
  }
  return scores;
}

Json bins_json(const eval::Report& report) {
  Json bins = Json::array();
  for (const eval::CalibrationBin& bin : report.bins) {
    const double count = bin.count > 0 ? static_cast<double>(bin.count) : 1.0;
    bins.push_back({rounded(bin.confidence / count),
                    rounded(static_cast<double>(bin.correct) / count), bin.count});
  }
  return bins;
}

}  // namespace

Evaluation evaluate(std::span<const float> logits, std::span<const std::uint8_t> images,
                    std::span<const std::uint8_t> labels, std::vector<std::string> classes) {
  eval::Metrics metrics;
  metrics.add(logits, labels);
  return {.report = metrics.report(),
          .samples = eval::choose_samples(logits, labels),
          .images = images,
          .classes = std::move(classes)};
}

std::vector<std::string> class_names(const std::vector<std::string>& model,
                                     const std::vector<std::string>& set) {
  if (!model.empty()) return model;
  if (!set.empty()) return set;
  return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

std::string recipe_figure(const std::string& recipe, bool digits) {
  try {
    const train::Reached& reached = train::find_recipe(recipe, digits).reached;
    return fmt::format("{:.2f} % of {}'s test set", 100 * reached.accuracy, reached.set);
  } catch (const Error&) {
    return "";
  }
}

std::string headline(const Evaluation& evaluation) {
  const eval::Report& report = evaluation.report;
  return fmt::format("{:.2f} % right ({} of {})", 100 * report.accuracy, report.correct,
                     report.count);
}

Json evaluation_json(const Evaluation& evaluation) {
  const eval::Report& report = evaluation.report;
  const eval::Interval& range = report.accuracy_interval;
  Json names = Json::array();
  for (const std::string& name : evaluation.classes) names.push_back(printable(name));
  SampleList list(evaluation.images);
  Json cells = Json::array();
  for (const auto& row : evaluation.samples.cells) {
    Json line = Json::array();
    for (const auto& cell : row) line.push_back(list.add(cell));
    cells.push_back(std::move(line));
  }
  Json json{{"accuracy", report.accuracy},
            {"low", range.low},
            {"high", range.high},
            {"count", report.count},
            {"correct", report.correct},
            {"loss", report.loss},
            {"ece", report.calibration_error},
            {"classes", std::move(names)},
            {"scores", scores_json(report)},
            {"bins", bins_json(report)},
            {"confusion", report.confusion},
            {"cells", std::move(cells)},
            {"worst", list.add(evaluation.samples.worst)}};
  list.finish(json);
  return json;
}

Json facts_json(const Facts& facts) {
  Json json = Json::array();
  for (const auto& [name, value] : facts) json.push_back({printable(name), printable(value)});
  return json;
}

Json weights_json(const model::ParameterViews& parameters) {
  return {{"kernels", kernel_picture(parameters)}, {"folded", folded_picture(parameters)}};
}

Facts left_out_facts(const std::vector<std::string>& left_out) {
  constexpr std::size_t kShown = 10;
  Facts facts;
  if (left_out.empty()) return facts;
  facts.emplace_back("left out",
                     fmt::format("{} pictures, which count in none of this", left_out.size()));
  for (std::size_t i = 0; i < std::min(kShown, left_out.size()); ++i) {
    facts.emplace_back("left out", left_out[i]);
  }
  if (left_out.size() > kShown) {
    facts.emplace_back("left out", fmt::format("and {} more", left_out.size() - kShown));
  }
  return facts;
}

std::string weights_hash(const model::ParameterViews& parameters) {
  std::vector<float> all;
  all.reserve(static_cast<std::size_t>(model::parameter_count()));
  for (const auto& values : parameters) all.insert(all.end(), values.begin(), values.end());
  return sha256_hex(std::as_bytes(std::span(all)));
}

Facts training_facts(const std::string& training) {
  constexpr std::size_t kMostFacts = 50;
  const Json record = training.empty() ? Json() : Json::parse(training);
  if (record.is_null()) return {{"training", "the file does not say"}};
  Facts facts;
  if (!record.is_object()) return {{"training", shortened(json_text(record))}};
  for (const auto& [key, value] : record.items()) {
    if (facts.size() == kMostFacts) break;
    facts.emplace_back(shortened(key),
                       shortened(value.is_string() ? value.get<std::string>() : json_text(value)));
  }
  return facts;
}

}  // namespace mlpctl::app
