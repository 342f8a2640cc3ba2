#include "eval/report_text.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

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

int width_of(std::span<const std::string> names) {
  std::size_t width = 5;
  for (const std::string& name : names) width = std::max(width, name.size());
  return static_cast<int>(std::min<std::size_t>(width, 40));
}

void append_scores(std::string& text, const Report& report, std::span<const std::string> names) {
  const int width = width_of(names);
  append(text, "%-*s  precision  recall      f1  support\n", width, "class");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassScore& score = report.per_class[i];
    append(text, "%-*.40s     %6.4f  %6.4f  %6.4f  %7lld\n", width, names[i].c_str(),
           score.precision, score.recall, score.f1, static_cast<long long>(score.support));
  }
}

void append_confusion(std::string& text, const Report& report, std::span<const std::string> names) {
  const int width = width_of(names);
  append(text, "%-*s", width, "label");
  for (std::size_t answer = 0; answer < names.size(); ++answer) append(text, "%7zu", answer);
  text += '\n';
  for (std::size_t label = 0; label < names.size(); ++label) {
    append(text, "%-*.40s", width, names[label].c_str());
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
  append(text, "loss               %.4f\n", report.loss);
  append(text, "calibration error  %.4f\n\n", report.calibration_error);
  append_scores(text, report, class_names);
  text += "\nconfusion: a row a label, a column an answer\n";
  append_confusion(text, report, class_names);
  return text;
}

}  // namespace mlpctl::eval
