#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/run_files.hpp"

namespace mlpctl::app {

/// The forms of a report, which the suffix of its file names.
enum class ReportForm { kPage, kMarkdown };

/// The files of --report, which may be given once for each form.
class ReportFiles {
 public:
  /// Adds --report; `help` says what is shown.
  void add_option(CLI::App& command, const std::string& help);

  bool empty() const { return paths_.empty(); }
  /// Throws UsageError for a suffix that names no form. To be called with the run's other files
  /// before anything is written.
  void check(RunFiles& files) const;
  /// Looks again whether they can be written; leaves nothing behind.
  void probe() const;
  /// Throws Error where one of them is this file, which the run reads.
  void require_other(const std::string& read) const;
  /// Writes what `text` gives for each form that is wanted.
  void write(const std::function<std::string(ReportForm)>& text) const;

 private:
  std::vector<std::string> paths_;
};

}  // namespace mlpctl::app
