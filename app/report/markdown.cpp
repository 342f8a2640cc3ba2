#include "report/markdown.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <vector>

#include "cli/text.hpp"
#include "report/page.hpp"

namespace mlpctl::app {
namespace {

struct Mistake {
  std::size_t label, answer;
  std::int64_t count;
};

constexpr std::size_t kMostMistakes = 8;

std::vector<Mistake> frequent_mistakes(const eval::Confusion& confusion) {
  std::vector<Mistake> mistakes;
  for (std::size_t label = 0; label < confusion.size(); ++label) {
    for (std::size_t answer = 0; answer < confusion.size(); ++answer) {
      const std::int64_t count = confusion[label][answer];
      if (label != answer && count > 0) mistakes.push_back({label, answer, count});
    }
  }
  std::ranges::stable_sort(mistakes, std::greater(), &Mistake::count);
  mistakes.resize(std::min(mistakes.size(), kMostMistakes));
  return mistakes;
}

std::string mistakes_text(const Evaluation& evaluation) {
  std::string text;
  for (const Mistake& each : frequent_mistakes(evaluation.report.confusion)) {
    text += fmt::format("| {} | {} | {} |\n", markdown_escaped(evaluation.classes[each.label]),
                        markdown_escaped(evaluation.classes[each.answer]), each.count);
  }
  if (text.empty()) return "";
  return "\n| most frequent mistakes: is | was taken for | pictures |\n| --- | --- | ---: |\n" +
         text;
}

}  // namespace

std::string markdown_escaped(std::string_view text) {
  // What means something within a line; a line of ours never begins with foreign text.
  constexpr std::string_view kMarks = "\\`*_[]#|~@";
  std::string out;
  for (const char c : html_escaped(printable(text))) {
    // An entity stays one: & and ; are not among the marks.
    if (kMarks.find(c) != kMarks.npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_rows(const Facts& facts) {
  std::string text;
  for (const auto& [name, value] : facts) {
    text += fmt::format("| {} | {} |\n", markdown_escaped(name), markdown_escaped(value));
  }
  return text;
}

std::string to_markdown(std::string_view title, const Evaluation& evaluation, const Facts& facts) {
  const eval::Report& report = evaluation.report;
  const eval::Interval& range = report.accuracy_interval;
  std::string text = fmt::format("## {}\n\n", markdown_escaped(title));
  if (report.count > 0) {
    text += fmt::format("**{:.2f} % right** ({} of {}; 95 % interval {:.2f} to {:.2f} %)\n\n",
                        100 * report.accuracy, report.correct, report.count, 100 * range.low,
                        100 * range.high);
  }
  text += "| | |\n| --- | --- |\n";
  if (report.count > 0) {
    text += fmt::format("| loss | {:.4f} |\n| calibration error | {:.4f} |\n", report.loss,
                        report.calibration_error);
  }
  return text + markdown_rows(facts) + mistakes_text(evaluation);
}

}  // namespace mlpctl::app
