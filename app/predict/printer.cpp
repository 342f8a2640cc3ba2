#include "predict/printer.hpp"

#include <spdlog/spdlog.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/text.hpp"

namespace mlpctl::app {

// Whoever writes names reads an answer to each, so that an error is one as well.
std::string printed(const Result& result, const PredictCommand& command) {
  if (command.json) return json_text(to_json(result, command.style)) + '\n';
  if (result.error.empty()) return to_text(result, command.style);
  return command.lists.empty() ? "" : "-   error  " + printable(result.error) + '\n';
}

bool is_text_alone(const Result& result, const PredictCommand& command) {
  const bool shown = command.show && !command.json;
  return result.error.empty() && result.note.empty() && !shown && command.save_input.empty() &&
         command.annotate.empty() && command.report.empty();
}

Printer::Printer(const PredictCommand& command, const RunFiles& files)
    : command_(command), glyphs_(glyphs_of_output()) {
  if (!command.save_input.empty()) saved_.emplace(command.save_input, command.paths, files);
}

void Printer::print(const std::string& text, bool unsure) {
  unsure_ = unsure_ || unsure;
  std::cout << text;
}

void Printer::finish(const Result& result) {
  failed_ = failed_ || !result.error.empty();
  if (!result.error.empty()) spdlog::error("{}", result.error);
  if (!result.note.empty()) spdlog::warn("{}: {}", result.name(), result.note);
  if (saved_) saved_->add_input(result.file);
  if (!result.is_finite()) return;
  for (const auto& line : result.answer.lines) {
    for (const digits::Digit& digit : line) print_input(digit, result);
  }
}

void Printer::print(const LeftOut& left_out) const {
  if (left_out.is_empty()) return;
  left_out.log();
  if (command_.json) std::cout << json_text(left_out.json()) << '\n';
}

ExitCode Printer::code() const {
  if (failed_) return ExitCode::kFailed;
  return unsure_ ? ExitCode::kBelowThreshold : ExitCode::kDone;
}

void Printer::print_input(const digits::Digit& digit, const Result& result) {
  if (command_.show && !command_.json) {
    std::cout << drawing(digit, command_.style, glyphs_);
  }
  if (saved_) saved_->write(digit, result.member.empty() ? result.file : result.member);
}

}  // namespace mlpctl::app
