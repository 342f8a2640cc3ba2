#include "cli/table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using Catch::Matchers::ContainsSubstring;
using mlpctl::app::Table;

TEST_CASE("columns are as wide as their widest cell, and numbers stand to the right") {
  Table table({"name", "min", "note"});
  table.add({"größe", "-0.5", "first"});
  table.add({"x", "12", ""});
  CHECK(table.text() ==
        "name    min  note\n"
        "größe  -0.5  first\n"
        "x        12\n");
}

TEST_CASE("a hostile cell is escaped and cut") {
  Table table({"name"});
  table.add({"\x1b[2J"});
  table.add({std::string(100'000, 'a')});
  CHECK_THAT(table.text(), ContainsSubstring("\\x1b[2J\n"));
  CHECK_THAT(table.text(), ContainsSubstring("aaa...\n"));
  CHECK(table.text().size() < 200);
}

TEST_CASE("a cell is cut between characters") {
  Table table({"name"});
  table.add({"a" + std::string(100, 'b') + "öööööööööööööööööööö"});
  CHECK_THAT(table.text(), ContainsSubstring("bö"));
  CHECK_THAT(table.text(), ContainsSubstring("ö...\n"));
}
