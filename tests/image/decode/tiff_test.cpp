#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"
#include "support/error_code.hpp"

using namespace mlpctl;

/// The quarters as a TIFF whose first entry that can be spared says how it is turned.
std::string turned_tiff(int orientation) {
  std::string bytes = encoded(IFF_TIFF_LZW);
  const std::string tag("\x12\1\3\0\1\0\0\0", 8);
  const std::size_t at = bytes.find(tag);
  REQUIRE(at != std::string::npos);
  bytes[at + 8] = static_cast<char>(orientation);
  return bytes;
}

TEST_CASE("a TIFF is turned as its tag says") {
  const image::Picture right = read(turned_tiff(6)), left = read(turned_tiff(8));
  REQUIRE(right.width == 40);
  CHECK(is_colour(right, 10, 10, 10, 20, 220));
  CHECK(is_colour(right, 30, 10, 200, 20, 30));
  REQUIRE(left.width == 40);
  CHECK(is_colour(left, 10, 10, 10, 210, 30));
  CHECK(is_colour(left, 30, 10, 200, 210, 30));
  CHECK(is_colour(read(turned_tiff(3)), 10, 10, 200, 210, 30));
}

namespace {

/// Puts a number of so many bytes at the end, the lowest byte first.
void put_number(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 255U);
}

struct Entry {
  std::uint16_t tag, type;
  std::uint32_t value;
};
constexpr std::uint16_t kShort = 3, kLong = 4, kLong8 = 16;
constexpr std::uint16_t kWidth = 256, kHeight = 257;

/// A TIFF of 4x2 grey pixels in one strip: `sizes`, then the other tags, then the pixels and
/// `wide`, which starts at kWideAt.
constexpr std::uint32_t kPixelsAt = 200, kWideAt = 208;
std::string tiff_with(const std::vector<Entry>& sizes, std::uint64_t wide = 0) {
  std::vector<Entry> entries = sizes;
  for (const Entry& entry : {Entry{258, kShort, 8}, Entry{259, kShort, 1}, Entry{262, kShort, 1},
                             Entry{273, kLong, kPixelsAt}, Entry{277, kShort, 1},
                             Entry{278, kLong, 2}, Entry{279, kLong, 8}}) {
    entries.push_back(entry);
  }
  std::string bytes("II*\0\x08\0\0\0", 8);
  put_number(bytes, entries.size(), 2);
  for (const Entry& entry : entries) {
    put_number(bytes, entry.tag, 2);
    put_number(bytes, entry.type, 2);
    put_number(bytes, 1, 4);
    put_number(bytes, entry.value, 4);
  }
  bytes.resize(kPixelsAt, '\0');
  bytes += std::string("\0\x20\x40\x60\x80\xA0\xC0\xE0", 8);
  put_number(bytes, wide, 8);
  return bytes;
}

/// Reads the file, if it is read, as the 4x2 pixels and nothing larger.
void check_read_small_or_refused(const std::string& bytes) {
  try {
    const image::Picture picture = read(bytes);
    CHECK(picture.width == 4);
    CHECK(picture.height == 2);
    CHECK(picture.at(1, 0) == 0x20);
  } catch (const Error& error) {
    CHECK(error.code() != ErrorCode::kIo);
  }
}

}  // namespace

TEST_CASE("a TIFF is as large as libtiff finds it, however its tags are written") {
  const image::Picture plain = read(tiff_with({{kWidth, kShort, 4}, {kHeight, kShort, 2}}));
  REQUIRE(plain.width == 4);
  CHECK(plain.at(3, 1) == 0xE0);
  CHECK(read(tiff_with({{kWidth, kLong8, kWideAt}, {kHeight, kShort, 2}}, 4)).width == 4);
}

TEST_CASE("a TIFF that states its size twice is not decoded beyond the limits") {
  constexpr std::uint32_t kHuge = 29'000;
  check_read_small_or_refused(
      tiff_with({{kWidth, kLong, 4}, {kWidth, kLong, kHuge}, {kHeight, kLong, 2}}));
  // libtiff takes the first, whose pixels would fill memory; the last is within the limits.
  for (const std::string& bytes :
       {tiff_with({{kWidth, kLong, kHuge},
                   {kWidth, kLong, 4},
                   {kHeight, kLong, kHuge},
                   {kHeight, kLong, 2}}),
        tiff_with({{kWidth, kLong8, kWideAt}, {kHeight, kLong, kHuge}}, kHuge)}) {
    CHECK_THROWS_AS(read(bytes), Error);
  }
}

TEST_CASE("a TIFF of pieces far larger than the picture is refused") {
  constexpr std::uint16_t kTileWidth = 322, kTileLength = 323;
  CHECK_THROWS_AS(read(tiff_with({{kWidth, kShort, 4},
                                  {kHeight, kShort, 2},
                                  {kTileWidth, kLong, 30'000},
                                  {kTileLength, kLong, 30'000}})),
                  Error);
}
