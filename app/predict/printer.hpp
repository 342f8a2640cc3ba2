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

/// Prints results and keeps what the exit code will say.
class Printer {
 public:
  /// Both must outlive this. Makes the folder of --save-input.
  Printer(const PredictCommand& command, const RunFiles& files);

  void print(const Result& result);
  void print(const LeftOut& left_out) const;
  ExitCode code() const;

 private:
  std::string text_of(const Result& result) const;
  void print_input(const digits::Digit& digit, const Result& result);

  const PredictCommand& command_;
  const Glyphs glyphs_;
  std::optional<SavedInputs> saved_;
  bool failed_ = false, unsure_ = false;
};

}  // namespace mlpctl::app
