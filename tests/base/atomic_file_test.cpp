#include "base/atomic_file.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
namespace fs = std::filesystem;

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

TEST_CASE("a full disk is named") {
  CHECK_THROWS_AS(mlpctl::AtomicFile("/dev/full/x"), mlpctl::Error);
}
