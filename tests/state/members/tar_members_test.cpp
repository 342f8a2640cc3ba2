#include "state/members/tar_members.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/byte_reader.hpp"

namespace state = mlpctl::state;

namespace {

std::string member(const std::string& name, const std::string& content) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  const std::string size = std::to_string(content.size());  // one octal digit
  header.replace(124, 12, std::string(11 - size.size(), '0') + size + '\0');
  header.replace(257, 5, "ustar");
  std::string padded = content;
  padded.resize((content.size() + 511) / 512 * 512);
  return header + padded;
}

}  // namespace

TEST_CASE("members are listed as far as a tar can be followed") {
  const std::string archive = member("a", "123") + member("b", "4567") + std::string(1024, '\0');
  const auto listed = state::list_tar_members(mlpctl::as_byte_span(archive), 10);
  REQUIRE(listed.members.size() == 2);
  CHECK(listed.members[1].name == "b");
  CHECK(mlpctl::as_text(listed.members[1].bytes) == "4567");
  CHECK(listed.end == archive.size());
  const std::string cut = archive.substr(0, 514);
  const auto part = state::list_tar_members(mlpctl::as_byte_span(cut), 10);
  REQUIRE(part.members.size() == 1);
  CHECK(mlpctl::as_text(part.members[0].bytes) == "12");
  CHECK(state::list_tar_members(mlpctl::as_byte_span(archive), 1).more);
}
