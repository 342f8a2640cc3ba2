#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::state {

/// What giving a file to Python would mean, from the best to the worst.
enum class Verdict : std::uint8_t {
  kHarmless,    ///< Plain data and tensors; torch.load(weights_only=True) takes it.
  kNeedsCode,   ///< Names classes or functions that Python would import; none of them is dangerous
                ///< to call as it is called.
  kMayRunCode,  ///< Calls what is not known to be harmless, or holds what cannot be looked into.
  kDangerous,   ///< Calls a known way to run code, to open files or to reach the network.
};

/// "harmless", "needs code", "may run code", "dangerous".
std::string_view to_string(Verdict verdict);
/// "needs-code" or "needs code" -> kNeedsCode.
std::optional<Verdict> parse_verdict(std::string_view text);

/// One reason for a verdict.
struct Finding {
  enum class Act : std::uint8_t {
    kNames,      ///< Python imports the module and takes the name from it.
    kImports,    ///< The import alone acts.
    kCalls,      ///< Python calls it.
    kHands,      ///< It is handed to a function that may call it, or is prepared to be called.
    kChanges,    ///< An attribute or item of it is set.
    kNotRead,    ///< A part that cannot be looked into; `name` says what it is.
    kBroken,     ///< Where Python stops with an error; `name` says why.
    kNeedsFull,  ///< `name`: what torch.load(weights_only=True) does not take, and is no code.
  };

  Verdict verdict = Verdict::kHarmless;
  Act act = Act::kNames;
  /// "posix.system", as the file names it.
  std::string name;
  /// The member of the archive, "archive/data.pkl"; of an archive inside one "a.zip/b.pkl"; empty
  /// for the file itself.
  std::string member;
  /// Where in that member, or in the file, it was first seen.
  std::uint64_t offset = 0;
};

/// "calls", "names", ...
std::string_view to_string(Finding::Act act);
/// "calls posix.system", "hands os.system to what may call it".
std::string sentence(const Finding& finding);

/// The verdict on one file, and the reasons for it, the worst first.
struct ScanReport {
  std::string path;
  /// "PyTorch zip", "pickle", "safetensors", "a 7-Zip archive", ...
  std::string kind;
  Verdict verdict = Verdict::kHarmless;
  std::vector<Finding> findings;
  /// Findings that were too many to keep; the verdict counts them.
  std::uint64_t more = 0;
};

/// Says what Python would do with a file of any kind, whether or not it can be read as a state
/// file: its pickles, those in its archives and those behind other bytes are followed opcode by
/// opcode, and nothing is run. What cannot be looked into is never called harmless. Throws Error
/// when the file cannot be opened.
ScanReport scan_file(const std::string& path);

/// The same of bytes in memory, which the report calls `name`.
ScanReport scan_bytes(std::span<const std::byte> bytes, std::string name);

}  // namespace mlpctl::state
