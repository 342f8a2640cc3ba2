// The scan: every input is a file of any kind.
#include "mlpctl/state/scan.hpp"
#include "read_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto copy = fuzz_copy(fuzz_bytes(data, size));
  const auto report = mlpctl::state::scan_bytes(*copy, "fuzz");
  // A verdict is that of its worst finding.
  for (const auto& finding : report.findings) {
    if (finding.verdict > report.verdict) __builtin_trap();
  }
  return 0;
}
