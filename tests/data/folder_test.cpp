#include "data/folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("the first place with files is taken and a named folder is taken as it is") {
  const TempDir empty, full;
  full.write("t10k-images-idx3-ubyte", "");
  full.write("t10k-labels-idx1-ubyte", "");
  const std::vector<std::string> places{empty.path(), full.path()};
  CHECK(mlpctl::data::find_folder("", places) == full.path());
  CHECK(mlpctl::data::find_folder("elsewhere", places) == "elsewhere");
}

TEST_CASE("when nothing is found every searched place is named") {
  const TempDir one, two;
  const std::vector<std::string> places{one.path(), two.path()};
  const auto find = [&] { mlpctl::data::find_folder("", places); };
  CHECK_THROWS_MATCHES(
      find(), mlpctl::Error,
      MessageMatches(ContainsSubstring(one.path()) && ContainsSubstring(two.path())));
  CHECK(mlpctl::tests::error_code(find) == mlpctl::ErrorCode::kNotFound);
}

TEST_CASE("the working folder is searched first") {
  CHECK(mlpctl::data::default_folders().at(0) == "data/mnist");
}

TEST_CASE("what is hidden and what systems keep beside pictures is passed over") {
  for (const char* name : {".git", "a/._1.png", "Thumbs.db", "a/@eaDir", "__MACOSX"}) {
    CHECK(mlpctl::data::is_hidden(name));
  }
  CHECK_FALSE(mlpctl::data::is_hidden("a/1.png"));
}
