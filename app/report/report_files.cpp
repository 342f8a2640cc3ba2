#include "report/report_files.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/file_identity.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

ReportForm form_of(const std::string& path) {
  const std::string suffix = std::filesystem::path(path).extension().string();
  if (suffix == ".html" || suffix == ".htm") return ReportForm::kPage;
  if (suffix == ".md") return ReportForm::kMarkdown;
  throw UsageError("--report " + path +
                   ": name a .html file for a page to look at, or a .md file for a summary");
}

}  // namespace

void ReportFiles::add_option(CLI::App& command, const std::string& help) {
  command.add_option("--report", paths_, help)
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)  // Or it takes a PATH behind it, where --report comes again.
      ->group("Output");
}

void ReportFiles::check(RunFiles& files) const {
  for (const std::string& path : paths_) {
    form_of(path);
    files.add_output("--report", path);
  }
}

void ReportFiles::probe() const {
  for (const std::string& path : paths_) probe_output(path);
}

void ReportFiles::require_other(const std::string& read) const {
  const std::optional<FileIdentity> file = identify(read);
  for (const std::string& path : paths_) {
    if (!file || identify(path) != file) continue;
    throw Error(ErrorCode::kInvalidArgument,
                "--report " + path + " is a picture that is read, and it would be lost; give " +
                    "--report a file of its own");
  }
}

void ReportFiles::write(const std::function<std::string(ReportForm)>& text) const {
  for (const std::string& path : paths_) {
    AtomicFile file(path);
    file.write(text(form_of(path)));
    file.commit();
  }
}

}  // namespace mlpctl::app
