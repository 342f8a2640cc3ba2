#include "state/members/zip_members.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "base/byte_reader.hpp"

namespace state = mlpctl::state;

namespace {

std::string torch_zip() {
  std::ifstream in(std::string(MLPCTL_SEEDS) + "/zip/torch", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

state::ZipMembers list(const std::string& bytes) {
  return state::list_zip_members(mlpctl::as_byte_span(bytes), 100);
}

bool same_payloads(const state::ZipMembers& a, const state::ZipMembers& b) {
  if (a.members.size() != b.members.size()) return false;
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    if (mlpctl::as_text(a.members[i].packed) != mlpctl::as_text(b.members[i].packed)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("records are found with, behind other bytes and without their directory") {
  const std::string zip = torch_zip();
  const auto whole = list(zip);
  REQUIRE(whole.members.size() > 3);
  CHECK(whole.members[0].name.ends_with("data.pkl"));
  CHECK(whole.members[0].listed);
  CHECK(state::has_zip_directory(mlpctl::as_byte_span(zip)));
  const std::string behind = "GIF89a" + std::string(100, 'x') + zip;
  CHECK(same_payloads(list(behind), whole));
  const auto without = list(zip.substr(0, zip.find("PK\1\2")));
  REQUIRE(without.members.size() == whole.members.size());
  CHECK_FALSE(without.members[0].listed);
}

TEST_CASE("a record that the directory leaves out is found between the others") {
  const std::string zip = torch_zip();
  std::string changed = zip;
  const std::size_t directory = zip.find("PK\1\2");
  // The directory begins with the second record.
  const std::size_t second = zip.find("PK\1\2", directory + 4);
  const std::size_t end = zip.rfind("PK\5\6");
  const auto size = static_cast<std::uint32_t>(zip.find("PK\6\6") - second);
  for (std::size_t i = 0; i < 4; ++i) {
    changed[end + 12 + i] = static_cast<char>(size >> (8 * i));
    changed[zip.find("PK\6\6") + 40 + i] = static_cast<char>(size >> (8 * i));
  }
  const auto listed = list(changed);
  const auto orphan = std::ranges::find_if(
      listed.members, [](const state::ZipMember& each) { return !each.listed; });
  REQUIRE(orphan != listed.members.end());
  CHECK(orphan->name.ends_with("data.pkl"));
  CHECK(mlpctl::as_text(orphan->packed) == mlpctl::as_text(list(zip).members[0].packed));
}
