#include "train/event_log.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <filesystem>
#include <string>

#include "mlpctl/error.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::app::EventLog;
using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;
using Mode = EventLog::Mode;

namespace {

const std::string kStart = R"({"event":"start","mlpctl":"1"})";

void write(const std::string& path, Mode mode, std::initializer_list<const char*> lines) {
  EventLog log(path, mode, false);
  log.begin();
  for (const char* line : lines) log.write_line(line);
}

void expect_refusal(const std::string& path, const std::string& words) {
  for (const Mode mode : {Mode::kReplace, Mode::kAppend}) {
    CHECK_THROWS_MATCHES(EventLog(path, mode, false), mlpctl::Error,
                         MessageMatches(ContainsSubstring(words)));
  }
}

}  // namespace

TEST_CASE("a log is made, replaced and appended to") {
  const TempDir dir;
  const std::string path = dir / "log";
  write(path, Mode::kReplace, {kStart.c_str(), "{}"});
  CHECK(dir.read("log") == kStart + "\n{}\n");
  write(path, Mode::kAppend, {kStart.c_str()});
  CHECK(dir.read("log") == kStart + "\n{}\n" + kStart + "\n");
  write(path, Mode::kReplace, {kStart.c_str()});
  CHECK(dir.read("log") == kStart + "\n");
  CHECK(dir.entries() == 1);
}

TEST_CASE("nothing is made or changed before a log begins") {
  const TempDir dir;
  dir.write("old", kStart + "\n");
  const EventLog old(dir / "old", Mode::kReplace, false), made(dir / "new", Mode::kReplace, false);
  CHECK(dir.read("old") == kStart + "\n");
  CHECK(dir.entries() == 1);
}

TEST_CASE("what is no log of a training stays, unless it is forced") {
  const TempDir dir;
  const char* text = GENERATE("notes\n", "{}\n", "[1]\n", "{\"event\":\"start\"}\n", "{\"event\"",
                              "PK\x03\x04", "{\"event\":\"epoch\",\"mlpctl\":\"1\"}\n", "\n");
  dir.write("file", text);
  expect_refusal(dir / "file", "file: exists and is not a log of a training");
  CHECK(dir.read("file") == text);
  EventLog log(dir / "file", GENERATE(Mode::kReplace, Mode::kAppend), true);
  log.begin();
  log.write_line(kStart);
  CHECK(dir.read("file") == kStart + "\n");
}

TEST_CASE("an empty file may become a log, and one whose first line was cut off") {
  const TempDir dir;
  dir.write("log", GENERATE("", "{\"event\":\"start\",\"da"));
  write(dir / "log", GENERATE(Mode::kReplace, Mode::kAppend), {kStart.c_str()});
  CHECK(dir.read("log") == kStart + "\n");
}

TEST_CASE("a line that was cut off goes when a log is appended to") {
  const TempDir dir;
  dir.write("log", kStart + "\n{\"event\":\"ep");
  write(dir / "log", Mode::kAppend, {"{}"});
  CHECK(dir.read("log") == kStart + "\n{}\n");
}

TEST_CASE("one run at a time writes a log") {
  const TempDir dir;
  dir.write("log", kStart + "\n");
  std::filesystem::create_symlink("log", dir / "link");
  EventLog first(dir / "log", Mode::kReplace, false);
  expect_refusal(dir / "log", "log: another run writes its log there");
  expect_refusal(dir / "link", "another run writes its log there");
  EventLog other(dir / "new", Mode::kReplace, false), late(dir / "new", Mode::kReplace, false);
  other.begin();
  other.write_line(kStart);
  CHECK_THROWS_AS(late.begin(), mlpctl::Error);
  CHECK(dir.read("new") == kStart + "\n");
}

TEST_CASE("lines that could not be written come before the next one, and no line is cut") {
  const TempDir dir;
  EventLog log(dir / "log", Mode::kReplace, false);
  log.begin();
  log.write_line(kStart);
  {
    FaultySystem system;
    system.shorten_transfers(2);
    system.fail(Call::kWrite, 2, ENOSPC);
    CHECK_THROWS_MATCHES(log.write_line("{\"a\":1}"), mlpctl::Error,
                         MessageMatches(ContainsSubstring("No space left on device")));
  }
  CHECK(dir.read("log") == kStart + "\n");
  log.write_line("{\"b\":1}");
  CHECK(dir.read("log") == kStart + "\n{\"a\":1}\n{\"b\":1}\n");
}

TEST_CASE("a device takes a log, and tells when it is full") {
  EventLog null("/dev/null", Mode::kReplace, false), again("/dev/null", Mode::kAppend, false);
  null.begin();
  null.write_line("{}");
  EventLog full("/dev/full", Mode::kReplace, false);
  full.begin();
  CHECK_THROWS_MATCHES(full.write_line("{}"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("No space left on device")));
}

TEST_CASE("a log is refused where no file can be") {
  const TempDir dir;
  expect_refusal(dir.path(), "is a folder");
  expect_refusal(dir / "none/log", "none does not exist");
  dir.write("closed", kStart + "\n");
  std::filesystem::permissions(dir / "closed", std::filesystem::perms::owner_read);
  expect_refusal(dir / "closed", "read-only");
}
