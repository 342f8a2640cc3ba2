#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "image/propose/digit.hpp"
#include "model/architecture.hpp"

namespace mlpctl::app {

/// One digit that was read.
struct ReadDigit {
  image::Digit input;
  std::array<float, model::kClasses> logits{}, probabilities{};
  int best = 0;
  /// Of the mark that it is read from, counted along its line, and of the way to read that mark;
  /// classify() keeps the best way.
  int mark = 0, reading = 0;
  float merit = 0;  ///< see image::Sighting

  float confidence() const { return probabilities[static_cast<std::size_t>(best)]; }
  /// The classes, most probable first.
  std::array<int, model::kClasses> ranking() const;
};

/// What predict found in one picture: lines of digits (one line of one digit without --split), none
/// of them on a blank page, or an error.
struct Answer {
  std::string file;
  std::int64_t index = -1;  ///< of the image in an IDX file
  std::string error = {};
  std::vector<std::vector<ReadDigit>> lines = {};

  /// The file, with the index of an image in it.
  std::string name() const;
  /// The least probable of its digits; 0 when there is none.
  float confidence() const;
};

/// How answers are shown.
struct AnswerStyle {
  int top = 1;
  bool logits = false;
  bool split = false;
  double min_confidence = 0;
  std::vector<std::string> classes;  ///< empty: the digits
};

/// The class's name; the digits have their own.
std::string class_name(int digit, const AnswerStyle& style);

nlohmann::ordered_json to_json(const Answer& answer, const AnswerStyle& style);

/// A line, or several with --split, each ended.
std::string to_text(const Answer& answer, const AnswerStyle& style);

}  // namespace mlpctl::app
