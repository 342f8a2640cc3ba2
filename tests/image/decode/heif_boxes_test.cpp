#include "image/decode/heif_boxes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>

#include "boxes.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

using Parts = std::map<std::uint32_t, std::vector<std::uint32_t>>;

image::HeifPictures pictures_of(const std::string& bytes) {
  const std::string name = "p";
  return image::heif_pictures({std::as_bytes(std::span(bytes)), name});
}

Parts parts_of(const std::string& bytes) {
  Parts parts;
  for (const auto& [identifier, picture] : pictures_of(bytes)) {
    if (!picture.parts.empty()) parts[identifier] = picture.parts;
  }
  return parts;
}

void check(const std::string& bytes) {
  const std::string name = "p";
  image::check_boxes({std::as_bytes(std::span(bytes)), name});
}

}  // namespace

TEST_CASE("what a HEIF's pictures are made of is read from the references between them") {
  const std::string iref = references({{"dimg", 2, {1, 3}}, {"thmb", 9, {2}}, {"auxl", 7, {2}}});
  const Parts expected{{2, {1, 3, 7}}};
  CHECK(parts_of(box("ftyp", "heic") + meta(box("hdlr", "abcd") + iref)) == expected);
  CHECK(parts_of(box("ftyp", "heic") + box("free", iref)).empty());
  CHECK(parts_of(meta("")).empty());
}

TEST_CASE("boxes of other forms hold the same references") {
  const Parts expected{{2, {1}}};
  const std::string iref = references({{"dimg", 2, {1}}});
  std::string to_the_end = meta(iref);
  to_the_end.replace(0, 4, std::string(4, '\0'));
  CHECK(parts_of(to_the_end) == expected);
  const std::string inside = std::string(4, '\0') + iref;
  CHECK(parts_of(big(1, 4) + "meta" + big(0, 4) + big(16 + inside.size(), 4) + inside) == expected);
  const std::string one = big(2, 4) + big(1, 2) + big(1, 4);
  CHECK(parts_of(meta(box("iref", big(1 << 24, 4) + box("dimg", one)))) == expected);
}

TEST_CASE("a picture has the largest of the sizes among its properties") {
  const std::string small = box("ispe", big(0, 4) + big(60, 4) + big(40, 4));
  const std::string large = box("ispe", big(0, 4) + big(64, 4) + big(64, 4));
  const std::string ipco = box("ipco", small + box("pixi", "abcd") + large);
  // Pictures, and of each the number of its properties and these, essential ones with a high bit.
  const std::string own = big(2, 2) + big(3, 1) + big(1, 1) + big(2, 1) + big(0x83, 1);
  const std::string other = big(5, 2) + big(2, 1) + big(0x81, 1) + big(9, 1);
  const std::string ipma = box("ipma", big(0, 4) + big(2, 4) + own + other);
  for (const std::string& properties : {ipco + ipma, ipma + ipco}) {
    const image::HeifPictures pictures = pictures_of(meta(box("iprp", properties)));
    REQUIRE(pictures.size() == 2);
    CHECK(pictures.at(2).pixels == 64 * 64);
    CHECK(pictures.at(5).pixels == 60 * 40);
  }
  const std::string long_one = big(70'000, 4) + big(1, 1) + big(0x8001, 2);
  const std::string long_ipma = box("ipma", big(1 << 24 | 1, 4) + big(1, 4) + long_one);
  CHECK(pictures_of(meta(box("iprp", ipco + long_ipma))).at(70'000).pixels == 60 * 40);
}

TEST_CASE("references that are cut off are read as far as they are there") {
  const std::string whole = meta(references({{"dimg", 2, {1, 3}}}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Parts parts = parts_of(whole.substr(0, size));
    CHECK(parts.size() <= 1);
  }
  CHECK(parts_of(whole.substr(0, whole.size() - 2)) == Parts{{2, {1}}});
}

TEST_CASE("a file is boxes up to its end, or damaged, or cut off") {
  const std::string whole = box("ftyp", "heic") + box("mdat", "0123456789");
  CHECK_NOTHROW(check(whole));
  CHECK_NOTHROW(check(box("ftyp", "heic") + big(0, 4) + "mdat0123"));
  CHECK_THROWS_MATCHES(check(whole.substr(0, whole.size() - 1)), Error,
                       MessageMatches(ContainsSubstring("cut off")));
  CHECK_THROWS_MATCHES(check(box("ftyp", "heic") + big(7, 4) + "mdat"), Error,
                       MessageMatches(ContainsSubstring("impossible size")));
  CHECK_THROWS_MATCHES(check(big(1, 4) + "mdat" + std::string(8, '\xFF')), Error,
                       MessageMatches(ContainsSubstring("cut off")));
}
