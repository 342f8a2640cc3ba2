#include "base/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "support/temp_dir.hpp"

using mlpctl::identify;
namespace fs = std::filesystem;

TEST_CASE("all names and links of a file are one file") {
  const TempDir dir;
  dir.write("file", "x");
  dir.write("other", "x");
  fs::create_directory(dir / "sub");
  fs::create_hard_link(dir / "file", dir / "hard");
  fs::create_symlink("file", dir / "soft");
  fs::create_symlink("../soft", dir / "sub/far");
  fs::create_directory_symlink("sub", dir / "folder");
  const auto file = identify(dir / "file");
  REQUIRE(file);
  for (const char* name : {"hard", "soft", "sub/far", "folder/far", "sub/../file", "./file"}) {
    CHECK(identify(dir / name) == file);
  }
  CHECK(identify(dir / "other") != file);
  const int fd = open((dir / "hard").c_str(), O_RDONLY);
  CHECK(identify(fd) == file);
  close(fd);
}

TEST_CASE("a file that is not there yet is its name in its folder") {
  const TempDir dir;
  fs::create_directory(dir / "sub");
  fs::create_directory_symlink("sub", dir / "folder");
  fs::create_symlink("new", dir / "sub/soft");
  fs::create_symlink("../folder/soft", dir / "sub/softer");
  const auto file = identify(dir / "sub/new");
  REQUIRE(file);
  for (const char* name : {"folder/new", "sub/./new", "sub/soft", "folder/softer"}) {
    CHECK(identify(dir / name) == file);
  }
  CHECK(identify(dir / "sub/newer") != file);
  CHECK(identify(dir / "new") != file);
}

TEST_CASE("what no second use spoils is no file, nor is what cannot be made") {
  const TempDir dir;
  fs::create_symlink("ring", dir / "ring");
  REQUIRE(mkfifo((dir / "pipe").c_str(), 0600) == 0);
  for (const std::string& path :
       {dir / "ring", dir / "pipe", dir.path(), dir / "none/file", std::string("/dev/null"),
        std::string(), std::string("\xff/\x1b")}) {
    CHECK_FALSE(identify(path));
  }
}
