#include "eval/report_text.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace mlpctl::eval {
namespace {

[[gnu::format(printf, 2, 3)]] void append(std::string& text, const char* format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  text += line;
}

constexpr std::size_t kMinWidth = 5, kMaxWidth = 40;

/// Whether a character of UTF-8 begins with the byte.
bool begins_character(char byte) {
  return (byte & 0xC0) != 0x80;
}

std::size_t width_of(const std::string& name) {
  return static_cast<std::size_t>(std::ranges::count_if(name, begins_character));
}

/// The first `width` characters.
std::string_view cut(std::string_view name, std::size_t width) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (begins_character(name[at]) && width-- == 0) return name.substr(0, at);
  }
  return name;
}

/// The widest name's, within the limits.
std::size_t column_width(std::span<const std::string> names) {
  std::size_t width = kMinWidth;
  for (const std::string& name : names) width = std::max(width, width_of(name));
  return std::min(width, kMaxWidth);
}

void append_name(std::string& text, const std::string& name, std::size_t width) {
  text += cut(name, width);
  text.append(width - std::min(width, width_of(name)), ' ');
}

void append_scores(std::string& text, const Report& report, std::span<const std::string> names) {
  const std::size_t width = column_width(names);
  append_name(text, "class", width);
  text += "  precision  recall      f1  support\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassScore& score = report.per_class[i];
    append_name(text, names[i], width);
    append(text, "     %6.4f  %6.4f  %6.4f  %7lld\n", score.precision, score.recall, score.f1,
           static_cast<long long>(score.support));
  }
}

void append_confusion(std::string& text, const Report& report, std::span<const std::string> names) {
  const std::size_t width = column_width(names);
  append_name(text, "label", width);
  for (std::size_t answer = 0; answer < names.size(); ++answer) append(text, "%7zu", answer);
  text += '\n';
  for (std::size_t label = 0; label < names.size(); ++label) {
    append_name(text, names[label], width);
    for (const std::int64_t count : report.confusion[label]) {
      append(text, "%7lld", static_cast<long long>(count));
    }
    text += '\n';
  }
}

}  // namespace

std::string to_text(const Report& report, std::span<const std::string> class_names) {
  std::string text;
  append(text, "accuracy           %.2f %% +- %.2f %% (%lld of %lld)\n", 100 * report.accuracy,
         100 * report.accuracy_error, static_cast<long long>(report.correct),
         static_cast<long long>(report.count));
  append(text, "95 %% interval      %.2f %% to %.2f %%\n", 100 * report.accuracy_interval.low,
         100 * report.accuracy_interval.high);
  append(text, "loss               %.4f\n", report.loss);
  append(text, "calibration error  %.4f\n\n", report.calibration_error);
  append_scores(text, report, class_names);
  text += "\nconfusion: a row a label, a column an answer\n";
  append_confusion(text, report, class_names);
  return text;
}

}  // namespace mlpctl::eval
