#include "mlpctl/state/scan.hpp"

#include <algorithm>
#include <utility>

#include "base/input_file.hpp"
#include "state/file_scan.hpp"

namespace mlpctl::state {

ScanReport scan_bytes(std::span<const std::byte> bytes, std::string name) {
  Findings findings;
  ScanReport report;
  report.path = std::move(name);
  report.kind = FileScan(findings, report.path).part(bytes, "");
  report.verdict = findings.verdict();
  report.findings = findings.all();
  report.more = findings.more();
  std::ranges::stable_sort(report.findings, std::ranges::greater{}, &Finding::verdict);
  return report;
}

ScanReport scan_file(const std::string& path) {
  const InputFile file(path);
  ScanReport report = scan_bytes(file.bytes(), path);
  file.check_unchanged();
  return report;
}

}  // namespace mlpctl::state
