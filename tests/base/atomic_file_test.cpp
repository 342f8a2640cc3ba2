#include "base/atomic_file.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Message;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::tests::Call;
using mlpctl::tests::error_code;
using mlpctl::tests::FaultySystem;
namespace fs = std::filesystem;

namespace {

void write_three(const std::string& path) {
  mlpctl::AtomicFile file(path);
  for (const char* text : {"one", " two", " three"}) file.write(text);
  file.commit();
}

}  // namespace

TEST_CASE("commit replaces the old file and leaves no temporary") {
  const TempDir dir;
  dir.write("out", "old");
  mlpctl::AtomicFile file(dir / "out");
  file.write("new");
  CHECK(dir.read("out") == "old");
  file.commit();
  CHECK(dir.read("out") == "new");
  CHECK(dir.entries() == 1);
}

TEST_CASE("without commit the old file is untouched and the temporary goes") {
  const TempDir dir;
  dir.write("out", "old");
  { mlpctl::AtomicFile(dir / "out").write("half"); }
  CHECK(dir.read("out") == "old");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a link is followed, not replaced") {
  const TempDir dir;
  dir.write("real", "old");
  fs::create_symlink(dir / "real", dir / "link");
  mlpctl::AtomicFile file(dir / "link");
  file.write("new");
  file.commit();
  CHECK(fs::is_symlink(dir / "link"));
  CHECK(dir.read("real") == "new");
}

TEST_CASE("outputs that cannot be made are refused before the work") {
  const TempDir dir;
  CHECK_THROWS_MATCHES(mlpctl::probe_output(dir / "no/such/out"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("does not exist")));
  CHECK_THROWS_MATCHES(mlpctl::probe_output(dir.path()), mlpctl::Error,
                       MessageMatches(ContainsSubstring("is a folder")));
  CHECK(error_code([&] { mlpctl::probe_output(dir / "no/such/out"); }) == ErrorCode::kNotFound);
  CHECK(error_code([&] { mlpctl::probe_output(""); }) == ErrorCode::kNotFound);
  CHECK(error_code([&] { mlpctl::probe_output(dir.path()); }) == ErrorCode::kNotSupported);
  CHECK_NOTHROW(mlpctl::probe_output(dir / "fine"));
  CHECK(dir.entries() == 0);
}

TEST_CASE("a device or a pipe is never replaced") {
  const TempDir dir;
  REQUIRE(mkfifo((dir / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {dir / "pipe", std::string("/dev/null")}) {
    CHECK_THROWS_MATCHES(mlpctl::AtomicFile(path), mlpctl::Error,
                         MessageMatches(ContainsSubstring("is a device or a pipe")));
    CHECK(fs::exists(path));
    CHECK_FALSE(fs::is_regular_file(path));
  }
  CHECK(dir.entries() == 1);
}

TEST_CASE("what the system refuses is named, the old file is untouched and no temporary stays") {
  struct Fault {
    Call call;
    int nth, error;
    const char* words;
  };
  const Fault faults[] = {
      {Call::kMakeTemporary, 1, EACCES, "Permission denied"},
      {Call::kWrite, 1, ENOSPC, "No space left on device"},
      {Call::kWrite, 3, ENOSPC, "No space left on device"},
      {Call::kFsync, 1, EIO, "Input/output error"},
      {Call::kRename, 1, EACCES, "Permission denied"},
  };
  for (const Fault& fault : faults) {
    const TempDir dir;
    dir.write("out", "old");
    FaultySystem system;
    system.fail(fault.call, fault.nth, fault.error);
    const auto write = [&] { write_three(dir / "out"); };
    CHECK_THROWS_MATCHES(write(), mlpctl::Error,
                         Message(dir / "out" + ": cannot be written: " + fault.words));
    CHECK(dir.read("out") == "old");
    CHECK(dir.entries() == 1);
    system.fail(fault.call, fault.nth, fault.error);
    CHECK(error_code(write) == ErrorCode::kIo);
    CHECK_NOTHROW(write());
    CHECK(dir.read("out") == "one two three");
    CHECK(dir.entries() == 1);
  }
}

TEST_CASE("a write that was interrupted or took a part is gone on with") {
  const TempDir dir;
  FaultySystem system;
  system.shorten_writes(2);
  system.fail(Call::kWrite, 2, EINTR, 3);
  write_three(dir / "out");
  CHECK(dir.read("out") == "one two three");
  CHECK(system.calls(Call::kWrite) == 2 + 2 + 3 + 3);
}

TEST_CASE("a file system that cannot sync, and a folder that is not synced, are no failure") {
  for (const auto& [nth, error] : {std::pair{1, EINVAL}, {1, EROFS}, {2, EIO}}) {
    const TempDir dir;
    FaultySystem system;
    system.fail(Call::kFsync, nth, error);
    write_three(dir / "out");
    CHECK(dir.read("out") == "one two three");
    CHECK(system.calls(Call::kFsync) == 2);
  }
}
