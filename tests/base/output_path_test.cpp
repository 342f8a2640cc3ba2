#include "base/output_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>

#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Message;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::resolve_output;
using mlpctl::tests::error_code;
namespace fs = std::filesystem;

namespace {

void expect_refusal(const std::string& path, const std::string& words) {
  CHECK_THROWS_MATCHES(resolve_output(path), mlpctl::Error,
                       MessageMatches(ContainsSubstring(words)));
}

}  // namespace

TEST_CASE("links are followed to where the file is or would be") {
  const TempDir dir;
  fs::create_directory(dir / "sub");
  fs::create_symlink("sub/second", dir / "first");
  fs::create_symlink("../real", dir / "sub/second");
  CHECK(fs::path(resolve_output(dir / "first").path).lexically_normal() == dir / "real");
  CHECK_FALSE(resolve_output(dir / "first").old);
  dir.write("real", "old");
  CHECK(resolve_output(dir / "first").old);
  fs::create_symlink(dir / "real", dir / "absolute");
  CHECK(resolve_output(dir / "absolute").path == dir / "real");
}

TEST_CASE("links that lead to themselves or to a missing folder are one clear error") {
  const TempDir dir;
  fs::create_symlink(dir / "b", dir / "a");
  fs::create_symlink(dir / "a", dir / "b");
  fs::create_symlink(dir / "missing/out", dir / "lost");
  expect_refusal(dir / "a", "is a link that leads to itself");
  expect_refusal(dir / "lost", "does not exist");
  CHECK(fs::is_symlink(dir / "a"));
}

TEST_CASE("a file that no longer has a name cannot be replaced") {
  const TempDir dir;
  dir.write("f", "abc");
  const int fd = open((dir / "f").c_str(), O_RDONLY);
  dir.remove("f");
  expect_refusal("/proc/self/fd/" + std::to_string(fd), "leads to no name");
  close(fd);
}

TEST_CASE("a file without any permission to write is not replaced, for root neither") {
  const TempDir dir;
  for (const mode_t mode : {0400, 0444, 0000}) {
    dir.write("f", "abc");
    REQUIRE(chmod((dir / "f").c_str(), mode) == 0);
    expect_refusal(dir / "f", "is read-only; choose another name");
    CHECK(error_code([&] { resolve_output(dir / "f"); }) == ErrorCode::kIo);
    dir.remove("f");
  }
}

TEST_CASE("another user's file is replaced only where it could be written") {
  if (geteuid() != 0) SKIP("needs root, to be several users");
  constexpr uid_t kOther = 4711, kSelf = 4712;
  const TempDir dir;
  REQUIRE(chmod(dir.path().c_str(), 0777) == 0);
  dir.write("closed", "abc");
  dir.write("open", "abc");
  for (const auto& [name, mode] : {std::pair{"closed", 0644}, {"open", 0666}}) {
    REQUIRE(chmod((dir / name).c_str(), static_cast<mode_t>(mode)) == 0);
    REQUIRE(chown((dir / name).c_str(), kOther, kOther) == 0);
  }
  REQUIRE(seteuid(kSelf) == 0);
  expect_refusal(dir / "closed", "is another user's and cannot be written");
  CHECK(resolve_output(dir / "open").old);
  REQUIRE(seteuid(0) == 0);
  REQUIRE(chmod(dir.path().c_str(), 01777) == 0);
  REQUIRE(seteuid(kSelf) == 0);
  expect_refusal(dir / "open", "is another user's and cannot be written");
  REQUIRE(seteuid(0) == 0);
}

TEST_CASE("a name that the system does not take is refused before the work") {
  const TempDir dir;
  expect_refusal(dir / std::string(256, 'n'), "File name too long");
  CHECK(resolve_output(dir / std::string(255, 'n')).path.size() > 255);
}
