#include "data/pixel_table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::data::Dataset;

namespace {

constexpr int kColumns = 784;

/// "NAME0,NAME1,..." of as many columns.
std::string header_of(const std::string& name, char separator = ',') {
  std::string text;
  for (int i = 0; i < kColumns; ++i)
    text += (i == 0 ? "" : std::string(1, separator)) + name + std::to_string(i);
  return text;
}

/// The first pixel, then the second in all other columns.
std::string pixels_of(const std::string& first, const std::string& others, char separator = ',') {
  std::string text = first;
  for (int i = 1; i < kColumns; ++i) text += separator + others;
  return text;
}

Dataset parse_table(const std::string& text) {
  return mlpctl::data::parse_pixel_table(mlpctl::as_byte_span(text), "t.csv");
}

void check_table_refused(const std::string& text, const std::string& sentence) {
  CHECK_THROWS_MATCHES(parse_table(text), mlpctl::Error,
                       MessageMatches(ContainsSubstring("t.csv: ") && ContainsSubstring(sentence)));
}

void check_two_pictures(const Dataset& set) {
  REQUIRE(set.count() == 2);
  CHECK(set.is_prepared());
  CHECK(set.images[0] == 255);
  CHECK(set.images[783] == 7);
  CHECK(set.images[784] == 0);
}

}  // namespace

TEST_CASE("Kaggle's tables are read, with a header and without, with labels and without") {
  const std::string a = pixels_of("255", "7"), b = pixels_of("0", "12.0");
  const auto labelled =
      parse_table("label," + header_of("pixel") + "\r\n5," + a + "\r\n0," + b + "\r\n");
  check_two_pictures(labelled);
  CHECK(labelled.labels[0] == 5);
  const auto bare = parse_table("5," + a + "\n0," + b);
  check_two_pictures(bare);
  CHECK(bare.labels[0] == 5);
  const auto unlabelled = parse_table(header_of("pixel") + "\n\n" + a + "\n" + b + "\n");
  check_two_pictures(unlabelled);
  CHECK(unlabelled.labels.empty());
  check_two_pictures(parse_table(a + "\n" + b + "\n"));
  const auto counted = parse_table("id," + header_of("pixel") + "\n17," + a + "\n18," + b);
  check_two_pictures(counted);
  CHECK(counted.labels.empty());
  const auto last =
      parse_table("\xEF\xBB\xBF" + header_of("p", ';') + ";class\n" +
                  pixels_of("255", "\"7\"", ';') + ";\"5\"\n" + pixels_of("0", "0", ';') + ";9");
  check_two_pictures(last);
  CHECK(last.labels[1] == 9);
}

TEST_CASE("smaller pictures keep their size") {
  std::string row = "3";
  for (int i = 0; i < 64; ++i) row += "," + std::to_string(i);
  const auto set = parse_table(row + "\n" + row + "\n");
  CHECK(set.rows == 8);
  CHECK(set.count() == 2);
  CHECK_FALSE(set.is_prepared());
}

TEST_CASE("what is wrong in a table is said with its line") {
  const std::string row = pixels_of("1", "2");
  check_table_refused("", "is empty");
  check_table_refused("label," + header_of("pixel"), "holds no pictures");
  check_table_refused("5,1,2,3", "has 4 columns");
  check_table_refused("5," + row + "\n5," + row + ",3\n", "line 2 has more than the 785 columns");
  check_table_refused("5," + row + "\n5," + row.substr(2) + "\n",
                      "line 2 has fewer than the 785 columns");
  check_table_refused("5," + row + "\nx," + row, "line 2, column 1: 'x' is no label");
  check_table_refused("5," + pixels_of("256", "1"),
                      "line 1, column 2: '256' is no pixel from 0 to 255");
  check_table_refused("5," + row + "\n5," + pixels_of("-1", "1"),
                      "line 2, column 2: '-1' is no pixel");
  check_table_refused("5," + pixels_of("0.5", "1"), "'0.5' is no pixel");
  check_table_refused("5," + row + "\n5," + pixels_of("", "1"), "line 2, column 2: '' is no pixel");
}

TEST_CASE("tables of pixels are told from other texts") {
  using mlpctl::data::is_pixel_table;
  CHECK(is_pixel_table("label," + header_of("pixel")));
  CHECK(is_pixel_table(pixels_of("0", "0").substr(0, 100)));
  CHECK_FALSE(is_pixel_table("file,label\na.png,3\n"));
  CHECK_FALSE(is_pixel_table("a.png\nb.png\n"));
  CHECK_FALSE(is_pixel_table(std::string(64, '\0') + std::string(64, ',')));
  CHECK_FALSE(is_pixel_table("{\"a\":[" + pixels_of("0", "0") + "]}"));
}

TEST_CASE("EMNIST's tables are turned upright") {
  const TempDir dir;
  dir.write("emnist-digits-test.csv", "4,0,255" + pixels_of("", "0").substr(2) + "\n");
  const auto set = mlpctl::data::load_pixel_table(dir / "emnist-digits-test.csv");
  CHECK(set.images[1] == 0);
  CHECK(set.images[28] == 255);
  CHECK(set.notes.size() == 1);
}
