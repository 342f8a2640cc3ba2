#include "cli/libtorch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "support/temp_dir.hpp"

using mlpctl::app::libtorch_in;
using mlpctl::app::libtorch_release;
namespace fs = std::filesystem;

TEST_CASE("a release is the first two numbers of a version") {
  CHECK(libtorch_release("2.13.0") == "2.13");
  CHECK(libtorch_release("2.13.0a0+git12.3") == "2.13");
  CHECK(libtorch_release("2.6rc1") == "2.6");
  CHECK(libtorch_release("2") == "2");
  CHECK(libtorch_release("").empty());
}

TEST_CASE(
    "LibTorch is found in a virtual environment of Python's, and in no folder that looks like "
    "one") {
  const TempDir folder;
  fs::create_directories(folder / "lib/python3.12/site-packages/torch/lib");
  folder.write("lib/python3.12/site-packages/torch/lib/libtorch_cpu.so", "");
  folder.write("lib/python3.12/site-packages/torch/version.py", "__version__ = '2.99.1+cpu'\n");
  CHECK_FALSE(libtorch_in(folder / "."));
  folder.write("pyvenv.cfg", "");
  const auto found = libtorch_in(folder / ".");
  REQUIRE(found);
  CHECK(found->libraries == folder / "lib/python3.12/site-packages/torch/lib");
  CHECK(found->version == "2.99.1+cpu");
}

TEST_CASE("LibTorch is found from its own folder, those around it and that of its libraries") {
  const TempDir folder;
  fs::create_directories(folder / "torch/lib");
  folder.write("torch/lib/libtorch_cpu.so", "");
  folder.write("torch/version.py", "from typing import Optional\n__version__ = '2.99.1+cpu'\n");
  for (const char* place : {"", "torch", "torch/lib", "torch/lib/", "torch/../torch"}) {
    INFO(place);
    const auto found = libtorch_in(folder / place);
    REQUIRE(found);
    CHECK(found->libraries == folder / "torch/lib");
    CHECK(found->version == "2.99.1+cpu");
  }
  CHECK(!libtorch_in(folder / "none"));
  CHECK(!libtorch_in(""));
}

TEST_CASE("a version stands beside a link or beside what it leads to") {
  const TempDir folder;
  fs::create_directories(folder / "libtorch/lib");
  folder.write("libtorch/lib/libtorch_cpu.so", "");
  folder.write("libtorch/build-version", "2.98.0+cpu\n");
  fs::create_directory(folder / "linked");
  fs::create_symlink(folder / "libtorch/lib", folder / "linked/lib");
  CHECK(libtorch_in(folder / "linked")->version == "2.98.0+cpu");
  folder.write("linked/version.py", "__version__ = '2.97'\n");
  CHECK(libtorch_in(folder / "linked")->version == "2.97");
  folder.remove("libtorch/build-version");
  CHECK(libtorch_in(folder / "libtorch")->version.empty());
}
