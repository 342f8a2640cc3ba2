#include "base/sha256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string_view>

TEST_CASE("SHA-256 of FIPS 180's examples") {
  const auto hash = [](std::string_view text) {
    return mlpctl::sha256_hex(std::as_bytes(std::span(text)));
  };
  CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
