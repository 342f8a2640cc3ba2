#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// A BMP of two pixels, black and red, whose header states masks and an alpha for the second.
std::string masked_bmp(char alpha) {
  std::string bytes(
      "BM\x82\0\0\0\0\0\0\0\x7A\0\0\0"
      "\x6C\0\0\0\2\0\0\0\1\0\0\0\1\0\x20\0\3\0\0\0",
      34);
  bytes += std::string(20, '\0');
  bytes += std::string("\0\0\xFF\0\0\xFF\0\0\xFF\0\0\0\0\0\0\xFF", 16);
  bytes.resize(122, '\0');
  return bytes + std::string("\0\0\0\xFF\0\0\xFF", 7) + alpha;
}

TEST_CASE("a BMP of 32 bits with masks is read, and a transparent one refused") {
  const image::Picture picture = read(masked_bmp('\xFF'));
  REQUIRE(picture.width == 2);
  CHECK(is_colour(picture, 0, 0, 0, 0, 0));
  CHECK(is_colour(picture, 1, 0, 255, 0, 0));
  CHECK_THROWS_MATCHES(read(masked_bmp('\x10')), Error,
                       MessageMatches(ContainsSubstring("transparent")));
}
