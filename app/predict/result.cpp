#include "predict/result.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

using nlohmann::ordered_json;

bool is_unsure(float confidence, const Style& style) {
  return static_cast<double>(confidence) < style.min_confidence;
}

std::string digits_of(const std::vector<digits::Digit>& line) {
  std::string text;
  for (const digits::Digit& digit : line) text += std::to_string(digit.best);
  return text;
}

/// An object with room for so many fields, which need not move as it grows.
ordered_json object_of(std::size_t fields) {
  ordered_json object = ordered_json::object();
  object.get_ref<ordered_json::object_t&>().reserve(fields);
  return object;
}

/// The fields of a digit on its own; `json` has the file already.
void add_digit(ordered_json& json, const digits::Digit& digit, const Style& style) {
  json["digit"] = digit.best;
  if (!style.classes.empty()) json["class"] = class_name(digit.best, style);
  json["confidence"] = digit.confidence();
  if (is_unsure(digit.confidence(), style)) json["unsure"] = true;
}

void add_top(ordered_json& json, const digits::Digit& digit, const Style& style) {
  json["top"] = ordered_json::array();
  const auto ranking = digit.ranking();
  for (int i = 0; i < style.top; ++i) {
    const int rank = ranking[static_cast<std::size_t>(i)];
    ordered_json& entry = json["top"].emplace_back(object_of(3));
    entry["digit"] = rank;
    if (!style.classes.empty()) entry["class"] = class_name(rank, style);
    entry["probability"] = digit.probabilities[static_cast<std::size_t>(rank)];
  }
}

void add_sheet(ordered_json& json, const Result& result, const Style& style) {
  json["lines"] = ordered_json::array();
  json["digits"] = ordered_json::array();
  for (std::size_t line = 0; line < result.answer.lines.size(); ++line) {
    json["lines"].push_back(digits_of(result.answer.lines[line]));
    for (const digits::Digit& digit : result.answer.lines[line]) {
      ordered_json entry = ordered_json::object();
      add_digit(entry, digit, style);
      if (style.top > 1) add_top(entry, digit, style);
      if (style.logits) entry["logits"] = digit.logits;
      const digits::Box& box = digit.box;
      entry["line"] = line;
      entry["box"] = {box.x, box.y, box.width, box.height};
      json["digits"].push_back(std::move(entry));
    }
  }
}

/// "7  99.31 %" and, with --top, those after it.
std::string ranked(const digits::Digit& digit, const Style& style) {
  std::string text;
  const auto ranking = digit.ranking();
  for (int i = 0; i < style.top; ++i) {
    const int rank = ranking[static_cast<std::size_t>(i)];
    text += fmt::format("{}{}  {:6.2f} %", i == 0 ? "" : "   ", printable(class_name(rank, style)),
                        100 * digit.probabilities[static_cast<std::size_t>(rank)]);
  }
  return text;
}

std::string logits_text(const digits::Digit& digit) {
  std::string text = "  [";
  for (std::size_t i = 0; i < digit.logits.size(); ++i) {
    text += fmt::format("{}{:.4f}", i == 0 ? "" : " ", digit.logits[i]);
  }
  return text + "]";
}

std::string digit_text(const digits::Digit& digit, const Style& style) {
  return ranked(digit, style) + (style.logits ? logits_text(digit) : "") +
         (is_unsure(digit.confidence(), style) ? "  unsure" : "");
}

std::string sheet_text(const Result& result, const Style& style) {
  std::string text = printable(result.name()) + "\n";
  for (const std::vector<digits::Digit>& line : result.answer.lines) {
    text += "  " + digits_of(line) + "\n";
    for (const digits::Digit& digit : line) {
      const digits::Box& box = digit.box;
      text += fmt::format("    {}  at {},{} size {}x{}\n", digit_text(digit, style), box.x, box.y,
                          box.width, box.height);
    }
  }
  return text;
}

std::string row_text(const Result& result, const Style& style) {
  const float confidence = result.answer.confidence();
  return fmt::format("{}  {:6.2f} %{}  {}\n", digits_of(result.answer.lines[0]), 100 * confidence,
                     is_unsure(confidence, style) ? "  unsure" : "", printable(result.name()));
}

}  // namespace

std::string class_name(int digit, const Style& style) {
  return style.classes.empty() ? std::to_string(digit)
                               : style.classes[static_cast<std::size_t>(digit)];
}

std::string Result::name() const {
  if (!member.empty()) return file + "[" + member + "]";
  return index < 0 ? file : file + "[" + std::to_string(index) + "]";
}

bool Result::is_finite() const {
  const auto finite = [](const digits::Digit& digit) {
    return std::ranges::all_of(digit.logits, [](float logit) { return std::isfinite(logit); });
  };
  return std::ranges::all_of(answer.lines,
                             [&](const auto& line) { return std::ranges::all_of(line, finite); });
}

bool is_unsure(const Result& result, const Style& style) {
  return is_unsure(result.answer.confidence(), style);
}

ordered_json to_json(const Result& result, const Style& style) {
  ordered_json json = object_of(8);
  json["file"] = result.file;
  if (result.index >= 0) json["index"] = result.index;
  if (!result.member.empty()) json["member"] = result.member;
  if (!result.is_finite() && style.layout == Layout::kDigit) json["digit"] = nullptr;
  if (!result.note.empty()) json["note"] = result.note;
  if (!result.error.empty()) {
    json["error"] = result.error;
  } else if (style.layout == Layout::kSheet) {
    add_sheet(json, result, style);
  } else if (result.answer.lines.empty()) {
    json["digit"] = nullptr;
    json["confidence"] = 0;
    // That there are several says it all.
    if (!result.answer.several) {
      json["note"] = "no digit found" + (result.note.empty() ? "" : "; " + result.note);
    }
  } else if (result.answer.lines[0].size() > 1) {
    json["digit"] = nullptr;
    json["confidence"] = result.answer.confidence();
    if (is_unsure(result, style)) json["unsure"] = true;
    json["lines"] = {digits_of(result.answer.lines[0])};
  } else {
    const digits::Digit& digit = result.answer.lines[0][0];
    add_digit(json, digit, style);
    add_top(json, digit, style);
    if (style.logits) json["logits"] = digit.logits;
  }
  return json;
}

std::string to_text(const Result& result, const Style& style) {
  if (result.answer.lines.empty()) {
    const std::string found = result.answer.several ? "several digits" : "no digit";
    return "-   " + found + "  " + printable(result.name()) + "\n";
  }
  if (style.layout == Layout::kSheet) return sheet_text(result, style);
  if (result.answer.lines[0].size() > 1) return row_text(result, style);
  return digit_text(result.answer.lines[0][0], style) + "  " + printable(result.name()) + "\n";
}

}  // namespace mlpctl::app
