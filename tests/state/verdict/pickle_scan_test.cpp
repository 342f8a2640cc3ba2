#include "state/verdict/pickle_scan.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

namespace state = mlpctl::state;
using state::Finding;
using state::PickleScan;
using state::Verdict;
using Ending = PickleScan::Ending;

namespace {

struct Scanned {
  state::Findings findings;
  PickleScan::Result result;

  Verdict verdict() const { return findings.verdict(); }
  bool has(Finding::Act act, const std::string& name) const {
    return std::ranges::any_of(findings.all(), [&](const Finding& finding) {
      return finding.act == act && finding.name == name;
    });
  }
  bool calls(const std::string& name) const { return has(Finding::Act::kCalls, name); }
};

Scanned scan_pickle(const std::string& pickle) {
  Scanned scanned;
  PickleScan machine(scanned.findings, pickle.size());
  scanned.result = machine.run(mlpctl::as_byte_span(pickle));
  return scanned;
}

std::string repeated(std::size_t count, const std::string& text) {
  std::string all;
  all.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("plain data is harmless whatever opcodes write it") {
  for (const std::string pickle :
       {"\x80\x02}q\x01(U\x01xK\x05u.", "(lp0\nI1\naF1.5\naL5L\na.", "(dp0\nS'a'\np1\nI01\ns.",
        "\x80\x04\x95\x03\0\0\0\0\0\0\0N0N.", "(I1\n1N2\x86.", "\x80\x05\x96\1\0\0\0\0\0\0\0x.",
        "\x80\x05\x97\x98.", "\x80\x04(K\1\x91.", "\x80\x04\x8f(K\1\x90."}) {
    const std::string text =
        pickle.size() > 2 ? pickle : std::string("N.");  // a literal with NULs ends early
    CHECK(scan_pickle(text).verdict() == Verdict::kHarmless);
  }
}

TEST_CASE("names are not calls") {
  const auto named = scan_pickle(
      "\x80\x02"
      "cbuiltins\neval\n.");
  CHECK(named.verdict() == Verdict::kNeedsCode);
  CHECK(named.has(Finding::Act::kNames, "builtins.eval"));
  CHECK_FALSE(named.calls("builtins.eval"));
  const auto called = scan_pickle(
      "\x80\x02"
      "cbuiltins\neval\nU\x01x\x85R.");
  CHECK(called.verdict() == Verdict::kDangerous);
  CHECK(called.calls("builtins.eval"));
}

TEST_CASE("the number of an extension is a name until it is called") {
  CHECK(scan_pickle("\x82\1.").verdict() == Verdict::kNeedsCode);
  CHECK(scan_pickle("\x82\1)R.").verdict() == Verdict::kDangerous);
  CHECK(scan_pickle("\x83\1\1\xFF").verdict() == Verdict::kNeedsCode);
}

TEST_CASE("every opcode that calls is a call") {
  CHECK(scan_pickle("cos\nsystem\nU\2id\x85R.").calls("os.system"));
  CHECK(scan_pickle("(U\2idios\nsystem\n.").calls("os.system"));
  CHECK(scan_pickle("(cos\nsystem\nU\2ido.").calls("os.system"));
  CHECK(scan_pickle("cos\nsystem\nU\2id\x85\x81.").calls("os.system"));
  CHECK(scan_pickle("cos\nsystem\nU\2id\x85}\x92.").calls("os.system"));
  CHECK(scan_pickle("csys\npath\nU\2ida.").has(Finding::Act::kChanges, "sys.path"));
  CHECK(scan_pickle("cm\nA\n)\x81}U\14__setstate__cos\nsystem\nsb.")
            .has(Finding::Act::kHands, "os.system"));
}

TEST_CASE("what is written by escapes, memo and stack is followed") {
  CHECK(scan_pickle("S'\\x6fs'\nV\\u0073ystem\n\x93U\2id\x85R.").calls("os.system"));
  CHECK(scan_pickle("U\2osp7\n0U\6systemq\x09"
                    "0g7\nh\x09\x93U\2id\x85R.")
            .calls("os.system"));
  CHECK(scan_pickle("(K\1K\2"
                    "1U\2os2"
                    "0U\6system\x93U\2id\x85R.")
            .calls("os.system"));
}

TEST_CASE("what getattr and its like reach is named") {
  const std::string get = "cbuiltins\ngetattr\n";
  CHECK(scan_pickle(get + "cm\nOuter\nU\5Inner\x86R)\x81.").verdict() == Verdict::kNeedsCode);
  CHECK(scan_pickle(get + "cm\nA\n)\x81U\4name\x86R.").verdict() == Verdict::kNeedsCode);
  CHECK(scan_pickle(get + "cm\nA\n)\x81U\4name\x86R)R.").verdict() == Verdict::kMayRunCode);
  CHECK(scan_pickle(get + "cm\nA\n)\x81U\4call\x86R)R.").verdict() == Verdict::kDangerous);
  CHECK(scan_pickle(get + "ctorch\nserialization\nU\2os\x86R)R.").verdict() == Verdict::kDangerous);
  CHECK(scan_pickle(get + "cm\nA\nN\x86R.").verdict() == Verdict::kDangerous);
  CHECK(scan_pickle("coperator\nattrgetter\nU\6system\x85Rcm\nos\n\x85R)R.").verdict() ==
        Verdict::kDangerous);
}

TEST_CASE("a function of no known name may run code, and an object of a class needs its code") {
  CHECK(scan_pickle("cm\nfunction\n)R.").verdict() == Verdict::kMayRunCode);
  CHECK(scan_pickle("cm\nColor\nK\1\x85R.").verdict() == Verdict::kNeedsCode);
  CHECK(scan_pickle("cm\nColor\n)\x81}b.").verdict() == Verdict::kNeedsCode);
  CHECK(scan_pickle("cm\nfunction\ncos\nsystem\n\x85R.").verdict() == Verdict::kDangerous);
  CHECK(scan_pickle("ccsv\nSniffer\n)R.").verdict() == Verdict::kMayRunCode);
}

TEST_CASE("a partial is judged when it is called, by what it holds then") {
  const std::string held = "cfunctools\npartial\ncos\nsystem\n\x85R";
  CHECK(scan_pickle(held + ".").verdict() == Verdict::kMayRunCode);
  CHECK(scan_pickle(held + ")R.").calls("os.system"));
  CHECK(scan_pickle("cfunctools\npartial\ncbuiltins\nint\n\x85R(cos\nsystem\nN}NtbR.").verdict() !=
        Verdict::kHarmless);
  CHECK(scan_pickle("cfunctools\npartial\ncbuiltins\nint\n\x85R(cos\nsystem\n)}Ntb)R.")
            .calls("os.system"));
}

TEST_CASE("a broken pickle is judged by what Python runs before it breaks") {
  const auto broken = scan_pickle("cos\nsystem\nU\2id\x85R\xFF");
  CHECK(broken.result.ending == Ending::kBroken);
  CHECK(broken.calls("os.system"));
  CHECK(scan_pickle("0.").result.why == "takes from an empty stack");
  CHECK(scan_pickle("h\1.").result.ending == Ending::kBroken);
  CHECK(scan_pickle("N").result.why == "is cut off");
  CHECK(scan_pickle("(K\1\x85.").result.ending == Ending::kStop);
  CHECK(scan_pickle("K\1(\x85.").result.ending == Ending::kBroken);
}

TEST_CASE("storages that a pickle refers to are told with their sizes") {
  const std::string pickle =
      "(U\7storagectorch\nFloatStorage\nU\1"
      "7U\3cpuK\x0CtQ.";
  state::Findings findings;
  PickleScan machine(findings, pickle.size());
  machine.run(mlpctl::as_byte_span(pickle));
  REQUIRE(machine.storages().size() == 1);
  CHECK(machine.storages()[0].key == "7");
  CHECK(machine.storages()[0].type == "FloatStorage");
  CHECK(machine.storages()[0].numel == 12);
}

TEST_CASE("hostile pickles cost little") {
  constexpr std::size_t kBytes = std::size_t{15} << 20U;
  const auto start = std::chrono::steady_clock::now();
  for (const std::string unit : {"N\x85", "N\x94", "]\x94", "cm\nn\n0", "N", "(", "]]a", "N2"}) {
    const auto scanned = scan_pickle(repeated(kBytes / unit.size(), unit));
    CHECK(scanned.result.ending != Ending::kStop);
  }
  // Seconds beside other work; without limits it would be minutes.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}
