#include "data/file_list.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::data::FileList;

namespace {

FileList parse_list(const std::string& text) {
  return mlpctl::data::parse_file_list(mlpctl::as_byte_span(text), "l");
}

void check_list_refused(const std::string& text, const std::string& sentence) {
  CHECK_THROWS_MATCHES(parse_list(text), mlpctl::Error,
                       MessageMatches(ContainsSubstring(sentence)));
}

const std::vector<std::string> kListedFiles{"a.png", "b, c.png"}, kListedLabels{"3", "9"};

}  // namespace

TEST_CASE("lists of JSON lines and tables name files and labels") {
  const FileList json = parse_list(
      "{\"file\":\"a.png\",\"digit\":5,\"confidence\":0.5,\"label\":3}\n"
      "{\"file\":\"x.png\",\"digit\":5}\n\n"
      "{\"label\":\"9\",\"file\":\"b, c.png\"}\n"
      "{\"left_out\":[{\"kind\":\"PDF\",\"count\":1,\"files\":[\"a.pdf\"],\"remedy\":\"\"}]}\n");
  CHECK(json.files == kListedFiles);
  CHECK(json.labels == kListedLabels);
  CHECK(json.unlabelled.size() == 1);
  const FileList table =
      parse_list("digits;Label;File_Name\r\n1;3; a.png\r\n2;;x.png\r\n4;9;\"b, c.png\"\r\n");
  CHECK(table.files == kListedFiles);
  CHECK(table.labels == kListedLabels);
  CHECK(table.unlabelled.size() == 1);
}

TEST_CASE("lines that are no entries are refused by their number") {
  check_list_refused("{\"file\":\"a.png\",\"label\":1}\n{\"label\":1}\n", "line 2 names no `file`");
  check_list_refused("{\"file\":\"a.png\",\"label\":[1]}",
                     "line 1 has a `label` that is no number");
  check_list_refused("{\"file\":\"a.tar\",\"member\":\"1.png\",\"label\":1}",
                     "line 1 is about a picture in an archive");
  check_list_refused("{\"file\":\"a.png\",\"label\":1.5}", "line 1 has a `label`");
  check_list_refused("{\"file\":\"a\",\"index\":1,\"label\":1}",
                     "line 1 is about a picture of a data set");
  check_list_refused("{\"file\"", "line 1 is no JSON object");
  check_list_refused("{" + std::string(100'000, '['), "line 1 is no JSON object");
  check_list_refused("file,label\na.png\n", "line 2 has 1 columns instead of 2");
  check_list_refused("file,label\n,3\n", "line 2 names no file");
  check_list_refused("file,size\na.png,3\n", "names no columns `file` and `label`");
  check_list_refused("", "is empty");
}

TEST_CASE("files are found beside their list") {
  const TempDir dir;
  dir.write("a.png", "");
  dir.write("list.csv", "file,label\na.png,7\nnone.png,1\n/else/where.png,2\n");
  const auto set = mlpctl::data::load_file_list(dir / "list.csv", {});
  CHECK(set.files == std::vector<std::string>{dir / "a.png", dir / "none.png", "/else/where.png"});
  CHECK(set.labels[0] == 7);
  CHECK(set.classes.empty());
  CHECK_FALSE(set.is_prepared());
  dir.write("list.csv", "file,label\na.png,\n");
  CHECK_THROWS_MATCHES(mlpctl::data::load_file_list(dir / "list.csv", {}), mlpctl::Error,
                       MessageMatches(ContainsSubstring("gives no file a `label`")));
}
