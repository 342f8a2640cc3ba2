#include "mlpctl/state/scan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "base/byte_reader.hpp"

namespace state = mlpctl::state;
using state::Verdict;

namespace {

const std::string kAttack =
    "\x80\x02"
    "cos\nsystem\nU\2id\x85R.";

state::ScanReport scan_text(const std::string& bytes, const std::string& name = "f") {
  return state::scan_bytes(mlpctl::as_byte_span(bytes), name);
}

std::string seed(const std::string& name) {
  std::ifstream in(std::string(MLPCTL_SEEDS) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("state files of every container are harmless") {
  for (const char* name : {"zip/torch", "legacy/torch", "tar/torch", "safetensors/torch"}) {
    const std::string bytes = seed(name);
    if (bytes.empty()) continue;
    const auto report = scan_text(bytes);
    INFO(name);
    CHECK(report.verdict == Verdict::kHarmless);
    CHECK(report.findings.empty());
  }
  CHECK(scan_text(seed("zip/torch")).kind == "PyTorch zip");
  CHECK(scan_text(seed("legacy/torch")).kind == "PyTorch legacy stream");
}

TEST_CASE("a pickle is found wherever it lies") {
  CHECK(scan_text(kAttack).verdict == Verdict::kDangerous);
  CHECK(scan_text("N." + kAttack).verdict == Verdict::kDangerous);
  CHECK(scan_text("no pickle" + std::string(3, '\0') + kAttack).verdict == Verdict::kDangerous);
  CHECK(scan_text(seed("legacy/torch") + kAttack).verdict == Verdict::kDangerous);
  CHECK(scan_text("text\ncos\nsystem\n(S'id'\ntR.").verdict == Verdict::kDangerous);
}

TEST_CASE("text is told from pickles of protocol 0") {
  CHECK(scan_text("cat\ndog\nfish\n").verdict == Verdict::kHarmless);
  CHECK(scan_text("cat\ndog\nfish\n").kind == "a text file");
  CHECK(scan_text("(lp0\nI1\na.").kind == "pickle");
  CHECK(scan_text("{\"a\": 1}").kind == "a text file");
  CHECK(scan_text("import os\n", "a.py").verdict == Verdict::kMayRunCode);
}

TEST_CASE("what cannot be looked into is never harmless") {
  using namespace std::string_literals;
  for (const std::string& bytes :
       {"\x1F\x8B\x08"s, "7z\xBC\xAF\x27\x1C"s, "\x89HDF\r\n\x1A\n"s, "\x01\x02\x03\x04\x05"s,
        "\x7F"
        "ELF"s,
        "PK\5\6"s, "\x80\x02]"s}) {
    INFO(bytes);
    CHECK(scan_text(bytes).verdict == Verdict::kMayRunCode);
  }
}

TEST_CASE("verdicts have names that are read back") {
  for (const auto verdict :
       {Verdict::kHarmless, Verdict::kNeedsCode, Verdict::kMayRunCode, Verdict::kDangerous}) {
    CHECK(state::parse_verdict(state::to_string(verdict)) == verdict);
  }
  CHECK(state::parse_verdict("needs-code") == Verdict::kNeedsCode);
  CHECK_FALSE(state::parse_verdict("safe"));
}
