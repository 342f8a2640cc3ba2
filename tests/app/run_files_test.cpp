#include "cli/run_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <filesystem>
#include <string>

#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::Message;
using mlpctl::app::RunFiles;

TEST_CASE("files of their own pass, and so do devices and what is only read") {
  const TempDir dir;
  dir.write("in", "x");
  RunFiles files;
  files.add_input("--from", dir / "in");
  files.add_input("--resume", dir / "in");
  files.add_output("--out", dir / "out");
  files.add_output("--log", "/dev/null");
  files.add_output("--checkpoint", "/dev/null");
  files.add_output("--annotate", "");
  CHECK_NOTHROW(files.check());
  CHECK(files.has(dir / "in"));
  CHECK(files.has(dir / "out"));
  CHECK_FALSE(files.has(dir / "other"));
}

TEST_CASE("a file that is written and used otherwise is named by both options") {
  const TempDir dir;
  dir.write("in", "x");
  std::filesystem::create_hard_link(dir / "in", dir / "same");
  RunFiles files;
  files.add_inputs("--data", {dir / "none", dir / "in"});
  files.add_output("--log", dir / "same");
  const std::string sentence = "--log " + (dir / "same") + " and --data " + (dir / "in") +
                               " are one file, which would be lost; give --log a file of its own";
  CHECK_THROWS_MATCHES(files.check(), mlpctl::Error, Message(sentence));
  files.allow("--from", "--log");
  CHECK_THROWS_AS(files.check(), mlpctl::Error);
  files.allow("--data", "--log");
  CHECK_NOTHROW(files.check());
}

TEST_CASE("two outputs are never one file, also where it is not there yet") {
  const TempDir dir;
  std::filesystem::create_symlink("new", dir / "link");
  RunFiles files;
  files.add_output("--out", dir / "new");
  files.add_output("--checkpoint", dir / "link");
  CHECK_THROWS_AS(files.check(), mlpctl::Error);
}
