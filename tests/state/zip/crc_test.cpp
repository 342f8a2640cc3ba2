#include "state/zip/crc.hpp"

#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <string_view>
#include <vector>

#include "base/random.hpp"

using mlpctl::state::crc32;

TEST_CASE("the checksum of the standard's check text is known") {
  constexpr std::string_view kCheck = "123456789";
  CHECK(crc32(0, std::as_bytes(std::span(kCheck))) == 0xCBF43926);
}

TEST_CASE("the checksum is zlib's for every length, start and place in memory") {
  mlpctl::Random random(1, 0);
  std::vector<std::byte> bytes(1200);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
  bool same = true;
  for (std::size_t size = 0; size <= 1024; ++size) {
    const auto start = static_cast<std::uint32_t>(size % 3 == 0 ? 0 : random());
    const auto part = std::span(bytes).subspan(size % 67, size);
    const auto expected = crc32_z(start, reinterpret_cast<const Bytef*>(part.data()), part.size());
    same = same && crc32(start, part) == expected;
  }
  CHECK(same);
}
