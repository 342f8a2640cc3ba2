#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mlpctl/digits/answer.hpp"

namespace mlpctl::app {

/// What predict has to say of one picture: an answer, or why there is none.
struct Result {
  std::string file;
  std::int64_t index = -1;  ///< of the image in an IDX file
  std::string member = {};  ///< of a tar archive
  std::string error = {};
  std::string note = {};  ///< what else there is to say: "the first of 3 pages", several digits
  digits::Answer answer = {};

  /// The file, with the index of an image or the name of a member in it.
  std::string name() const;
  /// Whether the net's outputs are numbers. Those of weights with NaN are none, and no answer.
  bool is_finite() const;
};

/// Whether a result is shown as one digit or as lines of them.
enum class Layout { kDigit, kSheet };

/// How results are shown.
struct Style {
  int top = 1;
  bool logits = false;
  Layout layout = Layout::kDigit;
  double min_confidence = 0;
  std::vector<std::string> classes;  ///< empty: the digits
};

/// The class's name; the digits have their own.
std::string class_name(int digit, const Style& style);

/// Whether the answer is less sure than is asked for.
bool is_unsure(const Result& result, const Style& style);

nlohmann::ordered_json to_json(const Result& result, const Style& style);

/// A line, or several of a sheet, each ended.
std::string to_text(const Result& result, const Style& style);

}  // namespace mlpctl::app
