#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eval/metrics.hpp"
#include "eval/samples.hpp"
#include "model/parameters.hpp"

namespace mlpctl::app {

/// What is told of a file or a run: a name and a value each.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// What a page shows of a model's answers to a labelled set. What is pointed to must outlive it.
struct Evaluation {
  eval::Report report;
  eval::Samples samples;
  /// All pictures of the set, into which the samples' indices point.
  std::span<const std::uint8_t> images;
  /// Ten.
  std::vector<std::string> classes;
};

/// Measures the answers; `logits` holds a row of ten for each label.
Evaluation evaluate(std::span<const float> logits, std::span<const std::uint8_t> images,
                    std::span<const std::uint8_t> labels, std::vector<std::string> classes);

/// "default" or another recipe's name -> "99.24 % of MNIST's test set"; empty for an unknown name.
std::string recipe_figure(const std::string& recipe, bool digits);

/// The names that the model has, else those of the set, else the digits.
std::vector<std::string> class_names(const std::vector<std::string>& model,
                                     const std::vector<std::string>& set);

/// "99.25 % right (9925 of 10000)".
std::string headline(const Evaluation& evaluation);

/// As the page's scripts read it.
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation);
nlohmann::ordered_json facts_json(const Facts& facts);
/// {"kernels","folded"}, each a picture.
nlohmann::ordered_json weights_json(const model::ParameterViews& parameters);

/// How many pictures were left out and the first of them; none where none was.
Facts left_out_facts(const std::vector<std::string>& left_out);

/// SHA-256 of the eight entries' values as they lie in memory, one after the other.
std::string weights_hash(const model::ParameterViews& parameters);

/// The facts that a model file holds of its training, a JSON object or nothing.
Facts training_facts(const std::string& training);

}  // namespace mlpctl::app
