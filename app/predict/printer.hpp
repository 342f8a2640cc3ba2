#pragma once

#include <optional>
#include <string>

#include "cli/exit_code.hpp"
#include "cli/run_files.hpp"
#include "predict/drawing.hpp"
#include "predict/left_out.hpp"
#include "predict/predict_command.hpp"
#include "predict/result.hpp"
#include "predict/saved_inputs.hpp"

namespace mlpctl::app {

/// What is printed of the result: text or JSON, a line or several, nothing where an error has none.
std::string printed(const Result& result, const PredictCommand& command);

/// Whether nothing is done with the result but printing that.
bool is_text_alone(const Result& result, const PredictCommand& command);

/// Prints results and keeps what the exit code will say.
class Printer {
 public:
  /// Both must outlive this. Makes the folder of --save-input.
  Printer(const PredictCommand& command, const RunFiles& files);

  /// What is printed() of results, of which one may be unsure.
  void print(const std::string& text, bool unsure);
  /// Whatever else is done with a result after its text.
  void finish(const Result& result);
  void print(const LeftOut& left_out) const;
  ExitCode code() const;

 private:
  void print_input(const digits::Digit& digit, const Result& result);

  const PredictCommand& command_;
  const Glyphs glyphs_;
  std::optional<SavedInputs> saved_;
  bool failed_ = false, unsure_ = false;
};

}  // namespace mlpctl::app
