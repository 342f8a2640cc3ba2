#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("a grey PNG of which one level is transparent is read") {
  // Black, white and black; white is declared transparent.
  const std::string bytes(
      "\x89PNG\r\n\x1A\n"
      "\000\000\000\015\111\110\104\122\000\000\000\003\000\000\000\001\010\000\000\000"
      "\000\076\213\113\150"
      "\000\000\000\002\164\122\116\123\000\377\133\221\042\265"
      "\000\000\000\014\111\104\101\124\170\234\143\140\370\317\000\000\002\002\001\000"
      "\173\011\201\170"
      "\000\000\000\000\111\105\116\104\256\102\140\202",
      83);
  const image::Picture picture = read(bytes);
  CHECK(picture.at(0, 0) < 10);
  CHECK(picture.at(1, 0) > 245);
  CHECK(picture.at(2, 0) < 10);
}

TEST_CASE("a damaged PNG is an error of its own") {
  std::string bytes = encoded(IFF_PNG);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring("damaged")));
}
