#include "base/base64.hpp"

#include <catch2/catch_test_macros.hpp>
#include <span>
#include <string_view>

namespace {

std::string encoded(std::string_view text) {
  return mlpctl::base64(std::as_bytes(std::span(text)));
}

}  // namespace

TEST_CASE("base64 as RFC 4648 has it") {
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foobar") == "Zm9vYmFy");
  CHECK(encoded("\xff\xfe\xfb") == "//77");
}
