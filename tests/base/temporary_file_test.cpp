#include "base/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/system_calls.hpp"
#include "support/temp_dir.hpp"

using mlpctl::TemporaryFile;
namespace fs = std::filesystem;

namespace {

void write_text(const TemporaryFile& file, const std::string& text) {
  REQUIRE(write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

/// A system that knows no files without a name.
class NamesAlone : public mlpctl::SystemCalls {
 public:
  NamesAlone() : before_(mlpctl::replace_system_calls(this)) {}
  ~NamesAlone() override { mlpctl::replace_system_calls(before_); }

  int open(const char* path, int flags, mode_t mode) override {
    if ((flags & O_TMPFILE) != O_TMPFILE) return SystemCalls::open(path, flags, mode);
    errno = EOPNOTSUPP;
    return -1;
  }

 private:
  mlpctl::SystemCalls* const before_;
};

/// Makes a temporary with a name in a process that is killed.
void leave_one(const std::string& output) {
  const pid_t child = fork();
  if (child == 0) {
    const NamesAlone system;
    const TemporaryFile file(output, 0600);
    if (!file.made()) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("a temporary has no name until it takes the place of its output") {
  const TempDir dir;
  TemporaryFile file(dir / "out", 0666);
  REQUIRE(file.made());
  write_text(file, "new");
  CHECK(dir.entries() == 0);
  REQUIRE(file.place());
  CHECK(dir.read("out") == "new");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a temporary replaces what came to its place meanwhile") {
  const TempDir dir;
  TemporaryFile file(dir / "out", 0666);
  write_text(file, "new");
  dir.write("out", "old");
  REQUIRE(file.place());
  CHECK(dir.read("out") == "new");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a temporary has a name where the system has none without") {
  const TempDir dir;
  const NamesAlone system;
  {
    const TemporaryFile dropped(dir / "out", 0666);
    REQUIRE(dropped.made());
    CHECK(dir.entries() == 1);
  }
  CHECK(dir.entries() == 0);
  TemporaryFile file(dir / "out", 0666);
  write_text(file, "new");
  REQUIRE(file.place());
  CHECK(dir.read("out") == "new");
  CHECK(dir.entries() == 1);
}

TEST_CASE("what a killed program left is removed by the next writer, what lives is not") {
  const TempDir dir;
  leave_one(dir / "out");
  CHECK(dir.entries() == 1);
  leave_one(dir / "out");
  leave_one(dir / "other");
  CHECK(dir.entries() == 2);
  { const TemporaryFile next(dir / "out", 0666); }
  CHECK(dir.entries() == 1);
  const NamesAlone system;
  const TemporaryFile living(dir / "out", 0666);
  CHECK(dir.entries() == 2);
  { const TemporaryFile next(dir / "out", 0666); }
  CHECK(dir.entries() == 2);
  { const TemporaryFile next(dir / "other", 0666); }
  CHECK(dir.entries() == 1);
}

TEST_CASE("many writers of one output have temporaries of their own") {
  const TempDir dir;
  const NamesAlone system;
  std::vector<std::unique_ptr<TemporaryFile>> files;
  for (std::size_t i = 1; i <= 9; ++i) {
    files.push_back(std::make_unique<TemporaryFile>(dir / "out", 0666));
    REQUIRE(files.back()->made());
    write_text(*files.back(), std::to_string(i));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    REQUIRE(files[i]->place());
    CHECK(dir.read("out") == std::to_string(i + 1));
  }
  files.clear();
  CHECK(dir.entries() == 1);
}

TEST_CASE("a file of another kind under a temporary's name is left alone") {
  const TempDir dir;
  leave_one(dir / "out");
  const std::string name = fs::directory_iterator(dir.path())->path().filename().string();
  dir.remove(name);
  dir.write("precious", "abc");
  fs::create_symlink(dir / "precious", dir / name);
  const NamesAlone system;
  const TemporaryFile file(dir / "out", 0666);
  CHECK(file.made());
  CHECK(fs::is_symlink(dir / name));
  CHECK(dir.read("precious") == "abc");
}

TEST_CASE("a handler that ends the program removes the names that are there") {
  const TempDir dir;
  const NamesAlone system;
  const TemporaryFile file(dir / "out", 0666);
  CHECK(dir.entries() == 1);
  mlpctl::remove_open_temporaries();
  CHECK(dir.entries() == 0);
}
