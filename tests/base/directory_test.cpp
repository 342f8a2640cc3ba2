#include "base/directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using Kind = mlpctl::DirectoryEntry::Kind;
using mlpctl::tests::error_code;
using Seen = std::vector<std::pair<std::string, Kind>>;

void make_file(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

Seen below(const std::string& folder, const std::vector<mlpctl::DirectoryEntry>& entries) {
  Seen seen;
  for (const auto& entry : entries) seen.emplace_back(entry.path.substr(folder.size()), entry.kind);
  return seen;
}

fs::path root(const TempDir& dir) {
  return dir.path();
}

bool nothing(const std::string&) {
  return false;
}

}  // namespace

TEST_CASE("directory: tells entries by name and by what they are") {
  const TempDir dir;
  make_file(root(dir) / "b");
  make_file(root(dir) / "in" / "a");
  fs::create_symlink("nowhere", root(dir) / "gone");
  fs::create_symlink("in", root(dir) / "way");
  REQUIRE(mkfifo((root(dir) / "pipe").c_str(), 0600) == 0);
  const std::string folder = dir.path();

  const auto entries = mlpctl::entries_of(folder);
  CHECK(below(folder, entries) == Seen{{"/b", Kind::kFile},
                                       {"/gone", Kind::kDangling},
                                       {"/in", Kind::kFolder},
                                       {"/pipe", Kind::kSpecial},
                                       {"/way", Kind::kFolder}});
  CHECK(entries[4].is_link);
  CHECK(entries[4].name() == "way");
  // A slash at the end is not doubled.
  CHECK(mlpctl::entries_of(folder + "/").front().path == folder + "/b");
}

TEST_CASE("directory: what lies below is told but folders, and links lead nowhere twice") {
  const TempDir dir;
  make_file(root(dir) / "z" / "deep" / "1");
  make_file(root(dir) / "a");
  make_file(root(dir) / "hidden" / "2");
  fs::create_symlink("..", root(dir) / "z" / "up");
  const std::string folder = dir.path();
  CHECK(below(folder, mlpctl::entries_below(folder, nothing)) ==
        Seen{{"/a", Kind::kFile},
             {"/hidden/2", Kind::kFile},
             {"/z/deep/1", Kind::kFile},
             {"/z/up", Kind::kLinkedFolder}});
  const auto seen = mlpctl::entries_below(
      folder, [](const std::string& path) { return path.ends_with("hidden"); });
  CHECK(seen.size() == 3);
}

TEST_CASE("directory: a folder below that may not be read is told, the first one is an error") {
  // Root may read everything, so it is somebody else meanwhile.
  constexpr uid_t kNobody = 65534;
  const bool is_root = geteuid() == 0;
  const TempDir dir;
  const std::string closed = dir / "closed";
  make_file(root(dir) / "closed" / "1");
  fs::permissions(closed, is_root ? fs::perms::owner_all : fs::perms::none);
  if (is_root) {
    REQUIRE(chown(dir.path().c_str(), kNobody, kNobody) == 0);
    REQUIRE(seteuid(kNobody) == 0);
  }
  const auto first = error_code([&] { mlpctl::entries_of(closed); });
  const auto seen = mlpctl::entries_below(dir.path(), nothing);
  if (is_root) REQUIRE(seteuid(0) == 0);
  fs::permissions(closed, fs::perms::owner_all);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].kind == Kind::kClosed);
  CHECK(first == mlpctl::ErrorCode::kIo);
}

TEST_CASE("directory: a missing folder is one, and a file is none") {
  const TempDir dir;
  make_file(root(dir) / "file");
  using mlpctl::ErrorCode;
  CHECK(error_code([&] { mlpctl::entries_of((root(dir) / "no").string()); }) ==
        ErrorCode::kNotFound);
  CHECK(error_code([&] { mlpctl::entries_of((root(dir) / "file").string()); }) ==
        ErrorCode::kNotFound);
}
