#include "base/mapped_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

TEST_CASE("a mapped file shows its bytes, also after a move and after its removal") {
  const TempDir dir;
  dir.write("f", "abc");
  mlpctl::MappedFile first(dir / "f");
  const mlpctl::MappedFile second(std::move(first));
  dir.remove("f");
  REQUIRE(second.bytes().size() == 3);
  CHECK(second.bytes()[2] == std::byte{'c'});
  CHECK(first.bytes().empty());
}

TEST_CASE("an empty file maps to nothing; folders, devices and missing files are errors") {
  const TempDir dir;
  dir.write("empty", "");
  CHECK(mlpctl::MappedFile(dir / "empty").bytes().empty());
  CHECK_THROWS_AS(mlpctl::MappedFile(dir.path()), mlpctl::Error);
  CHECK_THROWS_AS(mlpctl::MappedFile(dir / "none"), mlpctl::Error);
  CHECK_THROWS_AS(mlpctl::MappedFile("/dev/zero"), mlpctl::Error);
}
