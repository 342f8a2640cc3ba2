#include "data/set_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "data/gzip.hpp"
#include "mlpctl/error.hpp"
#include "support/idx.hpp"
#include "support/npz.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::data::Dataset;
using mlpctl::data::SetKind;

namespace {

const std::string kOnePicture = std::string(783, '\0') + '\x09';

std::string table_text() {
  std::string row = "0";
  for (int i = 1; i < 784; ++i) row += i == 783 ? ",9" : ",0";
  return row + "\n";
}

std::string archive_text() {
  return zip_text({{"arr_0.npy", npy_text("|u1", "(1, 28, 28)", kOnePicture)}});
}

Dataset set_in(const std::string& text) {
  const auto bytes = mlpctl::as_byte_span(text);
  return mlpctl::data::pictures_in({bytes.begin(), bytes.end()}, "input");
}

}  // namespace

TEST_CASE("a file of a data set is known by its first bytes, packed or not") {
  const std::string labels = idx_text({1}, "\x01");
  const std::string images = idx_text({1, 28, 28}, kOnePicture);
  using mlpctl::data::set_kind_of;
  for (const bool packed : {false, true}) {
    const auto kind = [&](const std::string& text) {
      return set_kind_of((packed ? gzip_text(text) : text).substr(0, 512));
    };
    CHECK(kind(images) == SetKind::kIdxImages);
    CHECK(kind(labels) == SetKind::kIdxLabels);
    CHECK(kind(archive_text()) == SetKind::kNpz);
    CHECK(kind(table_text()) == SetKind::kTable);
    CHECK(kind("hello") == SetKind::kNone);
    CHECK(kind("") == SetKind::kNone);
    CHECK(kind(zip_text({{"archive/data.pkl", "x"}})) == SetKind::kNone);
  }
}

TEST_CASE("every form gives its pictures, from a file and from bytes") {
  const TempDir dir;
  for (const std::string& text :
       {idx_text({1, 28, 28}, kOnePicture), archive_text(), table_text()}) {
    for (const bool packed : {false, true}) {
      if (packed && text == archive_text()) continue;
      const std::string content = packed ? gzip_text(text) : text;
      dir.write("a file", content);
      for (const Dataset& set : {mlpctl::data::load_pictures(dir / "a file"), set_in(content)}) {
        REQUIRE(set.count() == 1);
        CHECK(set.is_prepared());
        CHECK(set.images[783] == 9);
      }
    }
  }
  CHECK_THROWS_MATCHES(set_in("hello"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("input: holds no pictures")));
  CHECK_THROWS_MATCHES(set_in(gzip_text(table_text()).substr(0, 30)), mlpctl::Error,
                       MessageMatches(ContainsSubstring("cut off")));
}

TEST_CASE("a text that unpacks to more than tables do is refused before it fills memory") {
  const std::string packed = gzip_text(std::string(100 << 20, '0'));
  CHECK_THROWS_MATCHES(mlpctl::data::gunzip_text(mlpctl::as_byte_span(packed), "t.csv.gz"),
                       mlpctl::Error, MessageMatches(ContainsSubstring("unpacks to more than 64")));
}
