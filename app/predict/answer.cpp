#include "predict/answer.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/terminal.hpp"

namespace mlpctl::app {
namespace {

using nlohmann::ordered_json;

bool is_unsure(float confidence, const AnswerStyle& style) {
  return static_cast<double>(confidence) < style.min_confidence;
}

std::string digits_of(const std::vector<ReadDigit>& line) {
  std::string text;
  for (const ReadDigit& digit : line) text += std::to_string(digit.best);
  return text;
}

/// The fields of a digit on its own; `json` has the file already.
void add_digit(ordered_json& json, const ReadDigit& digit, const AnswerStyle& style) {
  json["digit"] = digit.best;
  if (!style.classes.empty()) json["class"] = class_name(digit.best, style);
  json["confidence"] = digit.confidence();
  if (is_unsure(digit.confidence(), style)) json["unsure"] = true;
}

void add_top(ordered_json& json, const ReadDigit& digit, const AnswerStyle& style) {
  json["top"] = ordered_json::array();
  const auto ranking = digit.ranking();
  for (int i = 0; i < style.top; ++i) {
    const int rank = ranking[static_cast<std::size_t>(i)];
    ordered_json entry{{"digit", rank}};
    if (!style.classes.empty()) entry["class"] = class_name(rank, style);
    entry["probability"] = digit.probabilities[static_cast<std::size_t>(rank)];
    json["top"].push_back(std::move(entry));
  }
}

void add_sheet(ordered_json& json, const Answer& answer, const AnswerStyle& style) {
  json["lines"] = ordered_json::array();
  json["digits"] = ordered_json::array();
  for (std::size_t line = 0; line < answer.lines.size(); ++line) {
    json["lines"].push_back(digits_of(answer.lines[line]));
    for (const ReadDigit& digit : answer.lines[line]) {
      ordered_json entry;
      add_digit(entry, digit, style);
      if (style.top > 1) add_top(entry, digit, style);
      if (style.logits) entry["logits"] = digit.logits;
      const image::Box& box = digit.input.box;
      entry["line"] = line;
      entry["box"] = {box.x, box.y, box.width, box.height};
      json["digits"].push_back(std::move(entry));
    }
  }
}

/// "7  99.31 %" and, with --top, those after it.
std::string ranked(const ReadDigit& digit, const AnswerStyle& style) {
  std::string text;
  const auto ranking = digit.ranking();
  for (int i = 0; i < style.top; ++i) {
    const int rank = ranking[static_cast<std::size_t>(i)];
    text += fmt::format("{}{}  {:6.2f} %", i == 0 ? "" : "   ", printable(class_name(rank, style)),
                        100 * digit.probabilities[static_cast<std::size_t>(rank)]);
  }
  return text;
}

std::string logits_text(const ReadDigit& digit) {
  std::string text = "  [";
  for (std::size_t i = 0; i < digit.logits.size(); ++i) {
    text += fmt::format("{}{:.4f}", i == 0 ? "" : " ", digit.logits[i]);
  }
  return text + "]";
}

std::string digit_text(const ReadDigit& digit, const AnswerStyle& style) {
  return ranked(digit, style) + (style.logits ? logits_text(digit) : "") +
         (is_unsure(digit.confidence(), style) ? "  unsure" : "");
}

std::string sheet_text(const Answer& answer, const AnswerStyle& style) {
  std::string text = printable(answer.name()) + "\n";
  for (const std::vector<ReadDigit>& line : answer.lines) {
    text += "  " + digits_of(line) + "\n";
    for (const ReadDigit& digit : line) {
      const image::Box& box = digit.input.box;
      text += fmt::format("    {}  at {},{} size {}x{}\n", digit_text(digit, style), box.x, box.y,
                          box.width, box.height);
    }
  }
  return text;
}

}  // namespace

std::string class_name(int digit, const AnswerStyle& style) {
  return style.classes.empty() ? std::to_string(digit)
                               : style.classes[static_cast<std::size_t>(digit)];
}

std::array<int, model::kClasses> ReadDigit::ranking() const {
  std::array<int, model::kClasses> order{};
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return probabilities[static_cast<std::size_t>(a)] > probabilities[static_cast<std::size_t>(b)];
  });
  return order;
}

std::string Answer::name() const {
  return index < 0 ? file : file + "[" + std::to_string(index) + "]";
}

float Answer::confidence() const {
  float least = lines.empty() ? 0.0F : 1.0F;
  for (const auto& line : lines) {
    for (const ReadDigit& digit : line) least = std::min(least, digit.confidence());
  }
  return least;
}

ordered_json to_json(const Answer& answer, const AnswerStyle& style) {
  ordered_json json{{"file", answer.file}};
  if (answer.index >= 0) json["index"] = answer.index;
  if (!answer.error.empty()) {
    json["error"] = answer.error;
  } else if (style.split) {
    add_sheet(json, answer, style);
  } else if (answer.lines.empty()) {
    json["digit"] = nullptr;
    json["confidence"] = 0;
    json["note"] = "no digit found";
  } else {
    const ReadDigit& digit = answer.lines[0][0];
    add_digit(json, digit, style);
    add_top(json, digit, style);
    if (style.logits) json["logits"] = digit.logits;
  }
  return json;
}

std::string to_text(const Answer& answer, const AnswerStyle& style) {
  if (answer.lines.empty()) return "-   no digit  " + printable(answer.name()) + "\n";
  if (style.split) return sheet_text(answer, style);
  return digit_text(answer.lines[0][0], style) + "  " + printable(answer.name()) + "\n";
}

}  // namespace mlpctl::app
