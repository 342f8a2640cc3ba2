#include "base/atomic_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

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

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
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

TEST_CASE("a new file has what the umask leaves, and the umask stays") {
  const TempDir dir;
  for (const mode_t mask : {0022, 0077, 0002}) {
    const mode_t before = umask(mask);
    write_three(dir / "out");
    CHECK(umask(before) == mask);
    CHECK(mode_of(dir / "out") == (0666 & ~mask));
    dir.remove("out");
  }
}

TEST_CASE("what replaces a file has its mode and its owner") {
  const TempDir dir;
  for (const mode_t mode : {0600, 0640, 0755, 0200}) {
    dir.write("out", "old");
    REQUIRE(chmod((dir / "out").c_str(), mode) == 0);
    if (geteuid() == 0) REQUIRE(chown((dir / "out").c_str(), 4711, 4712) == 0);
    write_three(dir / "out");
    CHECK(mode_of(dir / "out") == mode);
    if (geteuid() == 0) {
      struct stat info {};
      stat((dir / "out").c_str(), &info);
      CHECK(info.st_uid == 4711);
      CHECK(info.st_gid == 4712);
    }
    dir.remove("out");
  }
}

TEST_CASE("a hard link keeps the old content") {
  const TempDir dir;
  dir.write("out", "old");
  fs::create_hard_link(dir / "out", dir / "other");
  write_three(dir / "out");
  CHECK(dir.read("out") == "one two three");
  CHECK(dir.read("other") == "old");
}

TEST_CASE("a link to nothing yet stays, and the file is made where it leads") {
  const TempDir dir;
  fs::create_directory(dir / "sub");
  fs::create_symlink("sub/real", dir / "link");
  write_three(dir / "link");
  CHECK(fs::is_symlink(dir / "link"));
  CHECK(dir.read("sub/real") == "one two three");
  CHECK(dir.entries() == 2);
}

TEST_CASE("names as long as the system takes are written") {
  const TempDir dir;
  for (std::size_t length = 240; length <= 255; ++length) {
    write_three(dir / std::string(length, 'n'));
    write_three(dir / std::string(length, 'n'));
  }
  CHECK(dir.entries() == 16);
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

TEST_CASE("a temporary that cannot be made is named with the system's words") {
  const TempDir dir;
  dir.write("out", "old");
  FaultySystem system;
  system.fail(Call::kOpen, 1, EMFILE, FaultySystem::kForEver);
  CHECK_THROWS_MATCHES(write_three(dir / "out"), mlpctl::Error,
                       Message(dir / "out" + ": cannot be written: Too many open files"));
  CHECK(dir.read("out") == "old");
  CHECK(dir.entries() == 1);
}

TEST_CASE("every call that can fail once leaves the old file or the whole new one") {
  constexpr Call kCalls[] = {Call::kOpen, Call::kStatus, Call::kWrite,  Call::kFsync,
                             Call::kLink, Call::kRename, Call::kUnlink, Call::kLock};
  for (const bool replaces : {false, true}) {
    for (const Call call : kCalls) {
      for (const int error : {EIO, EAGAIN}) {
        for (int nth = 1; nth < 16; ++nth) {
          const TempDir dir;
          if (replaces) dir.write("out", "old");
          FaultySystem system;
          system.fail(call, nth, error);
          const bool done = !error_code([&] { write_three(dir / "out"); });
          if (done) CHECK(dir.read("out") == "one two three");
          if (!done && replaces) CHECK(dir.read("out") == "old");
          CHECK(dir.entries() == (done || replaces ? 1 : 0));
          if (system.calls(call) < nth) break;
        }
      }
    }
  }
}

TEST_CASE("a write that was interrupted or took a part is gone on with") {
  const TempDir dir;
  FaultySystem system;
  system.shorten_transfers(2);
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
