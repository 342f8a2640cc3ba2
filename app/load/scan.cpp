#include "load/scan.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <utility>

#include "base/directory.hpp"
#include "cli/text.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using state::Finding;
using state::ScanReport;
using state::Verdict;

/// What a person reads at once.
constexpr std::size_t kMostLines = 30;

ScanReport scan_stdin() {
  const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  return state::scan_bytes(std::as_bytes(std::span(bytes)), "-");
}

bool nothing(const std::string&) {
  return false;
}

std::string where(const Finding& finding) {
  const bool whole = finding.act == Finding::Act::kNotRead && finding.offset == 0;
  std::string text = finding.member;
  if (!whole) text += (text.empty() ? "byte " : ", byte ") + std::to_string(finding.offset);
  return text.empty() ? "" : " (" + text + ")";
}

void print_text(const ScanReport& report) {
  std::cout << printable(report.path) << ": " << to_string(report.verdict) << " ("
            << printable(report.kind) << ")\n";
  std::size_t lines = 0;
  for (const Finding& finding : report.findings) {
    if (lines++ == kMostLines) break;
    std::cout << "  " << printable(state::sentence(finding)) << printable(where(finding));
    if (finding.verdict > Verdict::kNeedsCode) std::cout << ": " << to_string(finding.verdict);
    std::cout << '\n';
  }
  const std::uint64_t more = report.findings.size() - std::min(lines, report.findings.size()) +
                             (lines > kMostLines ? 1 : 0) + report.more;
  if (more > 0) std::cout << "  and " << more << " more, which --json lists\n";
}

Json json_of(const ScanReport& report) {
  Json json{{"file", report.path},
            {"format", report.kind},
            {"verdict", to_string(report.verdict)},
            {"findings", Json::array()}};
  for (const Finding& finding : report.findings) {
    json["findings"].push_back({{"verdict", to_string(finding.verdict)},
                                {"act", to_string(finding.act)},
                                {"name", finding.name},
                                {"member", finding.member},
                                {"offset", finding.offset}});
  }
  json["more"] = report.more;
  return json;
}

/// Prints reports as they come and remembers what they say together.
class Scan {
 public:
  Scan(const ScanOptions& options, Verdict allowed) : options_(options), allowed_(allowed) {
    if (options.json) std::cout << "{\"files\":[";
  }

  void path(const std::string& path) {
    std::error_code error;
    if (path == "-") return file(path);
    if (!fs::is_directory(path, error)) return file(path);
    try {
      // A folder that may not be read is told like a file that cannot be; links to others are not
      // followed.
      for (const DirectoryEntry& each : entries_below(path, nothing)) {
        if (each.kind != DirectoryEntry::Kind::kLinkedFolder) file(each.path);
      }
    } catch (const Error& failure) {
      fail(failure);
    }
  }

  ExitCode finish() {
    const bool all_allowed = worst_ <= allowed_;
    if (options_.json) {
      std::cout << "],\"verdict\":" << json_text(to_string(worst_))
                << ",\"allowed\":" << (all_allowed ? "true" : "false")
                << ",\"unreadable\":" << failed_ << "}\n";
    } else if (files_ != 1) {
      print_sum();
    }
    if (!all_allowed) return ExitCode::kBelowThreshold;
    return failed_ > 0 ? ExitCode::kFailed : ExitCode::kDone;
  }

 private:
  void file(const std::string& path) {
    try {
      add(path == "-" ? scan_stdin() : state::scan_file(path));
    } catch (const Error& failure) {
      fail(failure);
    }
  }
  void fail(const Error& failure) {
    ++failed_;
    std::cerr << "mlpctl load: " << printable(failure.what()) << '\n';
  }
  void add(const ScanReport& report) {
    worst_ = std::max(worst_, report.verdict);
    ++counts_[static_cast<std::size_t>(report.verdict)];
    if (!options_.json) {
      print_text(report);
    } else {
      std::cout << (files_ == 0 ? "" : ",") << json_text(json_of(report));
    }
    ++files_;
  }
  void print_sum() const {
    std::cout << files_ << " files: ";
    const char* separator = "";
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] == 0) continue;
      std::cout << std::exchange(separator, ", ") << counts_[i] << ' '
                << to_string(static_cast<Verdict>(i));
    }
    std::cout << (files_ == 0 ? "nothing to look into\n" : "\n");
  }

  const ScanOptions& options_;
  Verdict allowed_, worst_ = Verdict::kHarmless;
  std::array<std::size_t, 4> counts_{};
  std::size_t files_ = 0, failed_ = 0;
};

}  // namespace

ExitCode scan_paths(const ScanOptions& options) {
  const auto allowed = state::parse_verdict(options.allow);
  if (!allowed) {
    throw UsageError("--allow takes harmless, needs-code, may-run-code or dangerous, not " +
                     options.allow);
  }
  Scan scan(options, *allowed);
  for (const std::string& path : options.paths) scan.path(path);
  return scan.finish();
}

}  // namespace mlpctl::app
